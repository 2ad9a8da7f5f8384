/** The config and the test that docs/jest.md shows, beside the installed tarball: a failing and then a passing gate. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { attempt, type Ended, emptyProject, ROOT, write } from './project.ts'

test('what docs/jest.md shows goes to a failing and then a passing gate', async () => {
  const installed = inject('installed')['Jest 30']!
  const at = join(installed, 'as-documented')
  mkdirSync(at)
  emptyProject(at, { type: 'commonjs' })
  write(at, { 'jest.config.js': documented('jest.config.js') })
  const run = (limit: string): Promise<Ended> => {
    // Against the embedded server, as a newcomer has no other, on a machine that may have much else to do.
    const text = documented('chat.perf.js').replace("'<= 1.5 s' }", `'${limit}' },\n  onInvalid: 'warn'`)
    write(at, { 'chat.perf.js': text })
    return attempt(at, ['node', join(installed, 'node_modules/jest/bin/jest.js')], { CI: '' })
  }
  const failing = await run('<= 1 ms')
  expect(failing.code, failing.stderr).toBe(1)
  expect(failing.stderr).toMatch(
    /● chat answers in time\s+ThresholdError: p99\(latency\) \d+ ms is above the limit of 1 ms/,
  )
  const passing = await run('<= 10 s')
  expect(passing.code, passing.stderr).toBe(0)
  expect(passing.stderr).toMatch(/PASS \.\/chat\.perf\.js[\s\S]*Verdict: pass, 2 of 2 thresholds kept/)
  expect(readdirSync(join(at, 'outputs')).filter((name) => name.endsWith('.md'))).toHaveLength(3)
})

test('every path of its exports is in the package', () => {
  const folder = join(inject('consumer'), 'node_modules/perfgate')
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  // A path that ends in a star stands for the files of a folder.
  for (const target of JSON.stringify(exports).match(/\.\/dist\/[^"*]+/g)!)
    expect(existsSync(join(folder, target)), target).toBe(true)
})

/** The first block of docs/jest.md that has this name before it. */
function documented(file: string): string {
  const docs = readFileSync(join(ROOT, 'docs/jest.md'), 'utf8')
  return docs.split(`\n\`${file}\`:\n\n\`\`\`js\n`)[1]!.split('```')[0]!
}
