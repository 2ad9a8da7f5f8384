import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { testFolder } from '../vitest/childVitest.ts'
import { fromInstallToGate } from './endToEnd.ts'

test('an empty project with the tarball alone goes from npm install to a failing and then a passing gate', async () => {
  const folder = testFolder()
  const { failing, passing } = await fromInstallToGate(packed(), folder)
  expect(failing.code, failing.stderr).toBe(1)
  expect(failing.stderr).toMatch(
    /● chat answers in time\s+ThresholdError: p99\(latency\) \d+ ms is above the limit of 1 ms/,
  )
  expect(passing.code, passing.stderr).toBe(0)
  expect(passing.stderr).toMatch(/PASS \.\/chat\.perf\.js[\s\S]*Verdict: pass, 2 of 2 thresholds kept/)
  expect(readdirSync(join(folder, 'outputs')).filter((name) => name.endsWith('.md'))).toHaveLength(3)
  // Vitest is an optional peer, and was not installed for this.
  expect(existsSync(join(folder, 'node_modules/vitest'))).toBe(false)
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/perfgate/package.json'), 'utf8'))
  // A path that ends in a star stands for the files of a folder.
  for (const target of JSON.stringify(exports).match(/\.\/dist\/[^"*]+/g)!)
    expect(existsSync(join(folder, 'node_modules/perfgate', target)), target).toBe(true)
})

/** The built files as they are. */
function packed(): string {
  const folder = testFolder()
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'pipe' })
  return join(folder, readdirSync(folder)[0]!)
}
