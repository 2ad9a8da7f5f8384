import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resultSchema } from '../../../src/result/schema.ts'
import { type Finished, temporaryFolder } from '../../vitest/childVitest.ts'
import { type Endpoint, startEndpoint } from '../../vitest/endpoint.ts'
import { type JUnitCase, readJUnit } from '../../vitest/junit.ts'
import { copyProject, runJest } from './childJest.ts'

const folder = temporaryFolder()
const project = copyProject('gates')
let endpoint: Endpoint
let refusing: Endpoint
let run: Finished
let cases: Map<string, JUnitCase>
let loaded: string[]
const found = (name: string): JUnitCase => cases.get(name)!
const filesOf = (name: string, type: string): string[] =>
  readdirSync(folder.path).filter((file) => file.startsWith(`m_${name}_`) && file.endsWith(type))

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
  refusing = await startEndpoint({ status: 503, message: 'overloaded' })
  const probe = new URL('./projects/loadedModules.mjs', import.meta.url)
  run = await runJest(project.path, ['--no-cache'], {
    ENDPOINT: endpoint.url,
    REFUSING: refusing.url,
    OUTPUTS: folder.path,
    JUNIT: join(folder.path, 'junit.xml'),
    LOADED: join(folder.path, 'loaded.txt'),
    GITHUB_STEP_SUMMARY: join(folder.path, 'job.md'),
    NODE_OPTIONS: `--experimental-vm-modules --no-warnings --import=${probe}`,
  })
  cases = new Map(readJUnit(join(folder.path, 'junit.xml')).map((testCase) => [testCase.name, testCase]))
  loaded = readFileSync(join(folder.path, 'loaded.txt'), 'utf8').split('\n')
})

afterAll(async () => {
  await endpoint.close()
  await refusing.close()
  project.remove()
  folder.remove()
})

describe('a perf test in Jest', () => {
  test('passes when its thresholds hold, in a file of either kind', () => {
    for (const name of ['holds', 'from an ES module'])
      expect(found(name), name).toMatchObject({ failure: undefined, skipped: false })
  })

  test('takes its scenario from a function when it runs', () => {
    for (const name of [
      'from a function',
      'from an async function',
      'sides from a function',
      'a search from a function',
    ])
      expect(found(name), name).toMatchObject({ failure: undefined, skipped: false })
    expect(found('from a function, without a url').failure!.text).toMatch(
      /^ConfigError: perf test "from a function, without a url": option "url": expected a URL, got nothing/,
    )
  })

  test('fails when one is broken, with a failure that is the whole story and no stack', () => {
    expect(found('breaks').failure!.text).toMatch(
      /^ThresholdError: p99\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)$/,
    )
    expect(run.code).toBe(1)
    const shown = run.stderr.split('● breaks')[1]!.split('●')[0]!.split('Benchmarking summary')[0]!
    expect(shown).toMatch(/^\s+ThresholdError: p99\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)\s/)
    expect(shown).not.toMatch(/\bat \S+ \(|\.js:\d+/)
  })

  test('is not run again by jest.retryTimes, and fails as it did', () => {
    expect(filesOf('breaks', '.db')).toHaveLength(1)
  })

  test('is not stopped by testTimeout or by fake timers, but by its own timeoutMs', () => {
    expect(found('takes too long').failure!.text).toMatch(
      /did not finish within timeoutMs \(1000 ms\): \d+ of 1000 requests had finished/,
    )
    const [json] = filesOf('takes-too-long', '.json')
    const result = resultSchema.parse(JSON.parse(readFileSync(join(folder.path, json!), 'utf8')))
    expect(result.interrupted).toBe(true)
    expect(result.summary.totalRequests).toBeLessThan(1000)
  })

  test('runs its function after the load, with results that are of the realm of the test file', () => {
    expect(found('own assertions hold').failure).toBeUndefined()
  })

  test('fails by toMeetThresholds, which says what was measured, where the test file says it', () => {
    expect(found('own assertion breaks').failure!.text).toMatch(
      /p50\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)[\s\S]*gates\.perf\.cjs:\d+/,
    )
  })

  test('passes with .failing when a threshold is broken', () => {
    expect(found('expected to break').failure).toBeUndefined()
  })

  test('is collected once per row of .each, with the row in its title', () => {
    const names = ['each 1 in parallel', 'each 2 in parallel', 'spread 1 and 3', 'spread 2 and 4', 'template 1 2']
    for (const name of names) expect(found(name), name).toMatchObject({ failure: undefined, skipped: false })
    expect(found('spread 2 and 4').properties).toMatchObject({ 'perf.concurrency': '2', 'perf.total_requests': '4' })
  })

  test('is left out by .skip, .runIf and .skipIf, its scenario unchecked', () => {
    const skipped = [...cases.values()].filter((testCase) => testCase.skipped).map(({ name }) => name)
    expect(skipped).toEqual(['skipped', 'skipped each 1', 'skipped each 2', 'not run', 'invalid and skipped'])
    expect(found('not skipped').properties['perf.total_requests']).toBe('6')
    expect(run.stderr).toMatch(/Tests:.* 1 todo,/)
  })

  test('judges every level of a sweep, and names the one that broke', () => {
    const { failure, properties } = found('sweep')
    expect(failure!.text).toMatch(/at parallel 2: totalRequests 4 is above the limit of 3 \(n = \d\)$/)
    expect(properties).toMatchObject({ 'perf.parallel_1.total_requests': '2', 'perf.parallel_2.total_requests': '4' })
  })

  test('whose client was the bottleneck fails, or is skipped with its figures where onInvalid says so', () => {
    expect(found('invalid').failure!.text).toMatch(/^InvalidRunError: invalid run: the client was the bottleneck/)
    expect(found('invalid and skipped').properties['perf.verdict']).toBe('invalid')
    expect(run.stderr).toMatch(/perfgate: invalid and skipped: skipped: invalid run: /)
  })

  test('all of whose requests fail tells why', () => {
    expect(found('every request fails').failure!.text).toMatch(
      /^LoadError: every one of 2 requests failed:\n {2}2 × http-5xx \(HTTP 503\): HTTP 503 .*overloaded/,
    )
  })

  test('compares, and searches for capacity', () => {
    for (const name of ['like with like', 'carries two']) expect(found(name).failure, name).toBeUndefined()
    expect(found('like with like').properties).toMatchObject({ 'perf.pairs_of_blocks': '10' })
    expect(found('carries two').properties).toMatchObject({ 'perf.verdict': 'pass' })
    expect(found('carries nothing').failure!.text).toMatch(/^ThresholdError: .*p99\(latency\)/)
  })
})

test('loads never overlap, over all files', () => {
  // Only the levels and rows that ask for two in parallel may have two requests in flight.
  expect(endpoint.maxInFlight).toBe(2)
})

test('nothing of Vitest is loaded, and the library is loaded outside of the context of the test files', () => {
  const ours = loaded.filter((url) => url.includes('/node_modules/perfgate/dist/'))
  for (const file of [
    'src/testing/jest/environment.mjs',
    'src/testing/jest/reporter.mjs',
    'src/testing/jest/junit.cjs',
  ])
    expect(ours.filter((url) => url.endsWith(`/dist/${file}`)).length, file).toBeGreaterThan(0)
  expect(ours.filter((url) => url.includes('/dist/chunks/run-')).length).toBeGreaterThan(0)
  expect(ours.filter((url) => url.includes('/dist/src/testing/vitest/'))).toEqual([])
  expect(loaded.filter((url) => /\/node_modules\/(@vitest\/|vitest|vite\/|chai\/)/.test(url))).toEqual([])
  expect(loaded.filter((url) => url.includes('/node_modules/undici/')).length).toBeGreaterThan(0)
})

test('a plain test has no properties, and the library is the same in all of them', () => {
  expect(found('LoadError is exported')).toMatchObject({ failure: undefined, properties: {} })
  expect(found('the library is the same by import and by require').failure).toBeUndefined()
})

test('a mistake is found at collection, before any request, and shown where it was made', () => {
  expect(run.stderr).toMatch(
    /FAIL \.\/mistake\.perf\.cjs[\s\S]*perf test "option": option "paralel": unknown, did you mean "parallel"/,
  )
  expect(run.stderr).toMatch(/at .*mistake\.perf\.cjs:4:/)
  expect(filesOf('right', '.db')).toEqual([])
})

test('a file in another environment is told what to do', () => {
  expect(run.stderr).toMatch(
    /perfgate\/jest: this file runs in another test environment; set `preset: 'perfgate\/jest'`/,
  )
})

test('the terminal shows the tables of each test that ran, with its file and name', () => {
  expect(run.stderr).toMatch(/\nmodule\.perf\.mjs > from an ES module\n\n\S*Benchmarking summary:/)
  expect(run.stderr).toMatch(/\ngates\.perf\.cjs > levels > sweep\n/)
  expect(run.stdout).toBe('')
})

test('each test leaves a result DB, its JSON and its tables, and all of them a summary', () => {
  for (const name of ['holds', 'takes-too-long', 'own-assertion-breaks'])
    for (const type of ['.db', '.json', '.md']) expect(filesOf(name, type), name + type).toHaveLength(1)
  expect(filesOf('levels-sweep', '.md')).toHaveLength(2)
  expect(readdirSync(folder.path).filter((file) => /like-with-like.*\.md$/.test(file))).toHaveLength(1)
  const summary = readFileSync(join(folder.path, 'summary.md'), 'utf8')
  expect(summary).toMatch(
    /^## ❌ perfgate: fail, \d+ of \d+ tests passed, \d+ failed, 1 invalid, 2 not loaded, \d+ skipped, 1 todo\n/,
  )
  const [head] = summary.split('<details>')
  expect(head).toMatch(/^\| ❌ failed \| gates\.perf\.cjs &gt; own assertion breaks \|/m)
  expect(head).toMatch(/^\| ✅ failed as expected \| gates\.perf\.cjs &gt; expected to break \|/m)
  expect(head).toMatch(/^\| ⚠️ invalid \| gates\.perf\.cjs &gt; invalid \|/m)
  expect(head).toMatch(/^\| ⚠️ skipped, invalid run \| gates\.perf\.cjs &gt; invalid and skipped \|/m)
  expect(head).toMatch(/^\| ❌ not loaded \| mistake\.perf\.cjs \|/m)
  expect(head).toMatch(/^- ❌ mistake\.perf\.cjs: .*option "paralel": unknown/m)
  expect(readFileSync(join(folder.path, 'job.md'), 'utf8')).toBe(`${summary}\n`)
})
