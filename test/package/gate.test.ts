/** From an empty project to a failing and then a passing gate, with the tarball alone, in each test framework. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { readJUnit } from '../vitest/junit.ts'
import { attempt, emptyProject, fileFolder, ROOT, run, write } from './project.ts'

interface Framework {
  name: string
  /** The package's entry for it. */
  door: string
  /** Installed beside the tarball. */
  packages: string[]
  /** After `npm run perf --`: has it write junit.xml. */
  arguments: string[]
}

const FRAMEWORKS: Framework[] = [
  {
    name: 'Vitest 5',
    door: 'perfgate/vitest',
    packages: [`vitest@${ownVersion('vitest')}`],
    arguments: ['--reporter=default', '--reporter=junit', '--outputFile.junit=junit.xml'],
  },
  {
    name: 'Vitest 4',
    door: 'perfgate/vitest',
    packages: ['vitest@4.1.12'],
    arguments: ['--reporter=default', '--reporter=junit', '--outputFile.junit=junit.xml'],
  },
]

/** What an editor has to know: scenarios, figures, the matcher. */
const typed = (door: string): string => `import { perfTest, type Scenario } from '${door}'
import { expect } from 'vitest'

const chat: Scenario = { parallel: 2, thresholds: { 'p95(ttft)': '<= 200 ms' } }
perfTest('types', chat, ({ result }) => {
  expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })
  // @ts-expect-error: a metric that is not there
  expect(result).toMeetThresholds({ 'p99(itll)': '< 60 ms' })
})
perfTest.each([1, 4])('at %i', (parallel) => ({ ...chat, parallel }))
perfTest('late', async ({ task }) => ({ ...chat, name: task.name }))
perfTest.for([1, 4])('row and context', (parallel, { task }) => ({ ...chat, parallel, name: task.name }))
const extended = perfTest.extend<{ port: number }>({ port: 8000 })
extended('fixtures', ({ port }) => ({ ...chat, url: 'http://127.0.0.1:' + port }), ({ port, result }) => {
  expect([port, result.verdict]).toEqual([8000, 'pass'])
})
// @ts-expect-error: an option that is not there
perfTest('mistaken', { paralel: 2 })
`

describe.each(FRAMEWORKS)('an empty project with only the tarball and $name', (framework) => {
  const folder = fileFolder()

  test('goes from npm i -D to a failing and then a passing gate', async () => {
    emptyProject(folder, { type: 'commonjs' })
    await run(folder, ['npm', 'install', '--save-dev', inject('tarball'), ...framework.packages])
    await run(folder, ['npx', 'perfgate', 'init'])
    const perfTest = `perf/${readdirSync(join(folder, 'perf'))[0]}`
    // Other tests run on this machine: a load that they disturbed is judged all the same.
    const written = readFileSync(join(folder, perfTest), 'utf8').replace(
      'number: 20,',
      "number: 20, onInvalid: 'warn',",
    )
    expect(written).toContain('onInvalid')
    const gate = (): ReturnType<typeof attempt> => attempt(folder, ['npm', 'run', 'perf', '--', ...framework.arguments])

    const strict = written.replace(/'p95\(ttft\)': '[^']+'/, "'p95(ttft)': '<= 1 us'")
    expect(strict).not.toBe(written)
    write(folder, { [perfTest]: strict })
    const failing = await gate()
    expect(failing.code).toBe(1)
    const [broken, ...others] = readJUnit(join(folder, 'junit.xml'))
    expect(others).toEqual([])
    expect(broken!.failure).toMatchObject({
      type: 'ThresholdError',
      message: expect.stringMatching(/^p95\(ttft\) \S+ ms is above the limit of 1 us \(n = 20\)$/),
    })

    write(folder, { [perfTest]: written })
    const passing = await gate()
    expect(passing, passing.stdout).toMatchObject({ code: 0 })
    expect(passing.stdout).toContain('Benchmarking summary:')
    expect(passing.stdout).toContain('Percentile results:')
    const [kept] = readJUnit(join(folder, 'junit.xml'))
    expect(kept!.failure).toBeUndefined()
    expect(kept!.properties).toMatchObject({
      'perf.verdict': 'pass',
      'perf.succeeded_requests': '20',
      'perf.p95_ttft_seconds': expect.stringMatching(/^0\.\d+$/),
    })
  })

  test('takes scenarios from functions, with hooks, fixtures, rows and the context', async () => {
    const functions = new URL('../vitest/projects/functions/functions.perf.ts', import.meta.url)
    write(folder, { 'perf/functions.perf.ts': readFileSync(functions, 'utf8') })
    const { code, stdout, stderr } = await attempt(folder, ['npx', 'vitest', 'run', 'functions.perf'])
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/Tests\s+11 passed \(11\)/)
  })

  test('has its types', async () => {
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2024', '--module', 'nodenext']
    write(folder, { 'typed.mts': typed(framework.door) })
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node']
    const { stdout } = await attempt(folder, ['tsc', ...options, ...types, 'typed.mts'])
    expect(stdout).toBe('')
  })
})

/** Of a development dependency: what this repository itself is tested with, so that npm has it in its cache. */
function ownVersion(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version
}
