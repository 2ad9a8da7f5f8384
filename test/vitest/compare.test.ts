/** `perfTest.compare` in the real Vitest: verdicts, JUnit, tables and files. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { comparisonResultSchema } from '../../src/result/index.ts'
import { type Finished, runVitest, temporaryFolder, testFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { type JUnitCase, readJUnit } from './junit.ts'

const folder = temporaryFolder()
let endpoints: Endpoint[]
let run: Finished
let cases: Map<string, JUnitCase>
const found = (name: string): JUnitCase => cases.get(name)!

beforeAll(async () => {
  endpoints = [await startEndpoint({ afterMs: 15 }), await startEndpoint({ afterMs: 60 })]
  const xml = join(folder.path, 'junit.xml')
  run = await runVitest('compare', ['--reporter=default', '--reporter=junit', `--outputFile=${xml}`], {
    BASE: endpoints[0]!.url,
    SLOW: endpoints[1]!.url,
    OUTPUTS: folder.path,
  })
  cases = new Map(readJUnit(xml).map((testCase) => [testCase.name, testCase]))
})

afterAll(async () => {
  for (const endpoint of endpoints) await endpoint.close()
  folder.remove()
})

test('passes when the candidate is no worse, and runs its function with the result', () => {
  expect(found('like with like')).toMatchObject({ failure: undefined, skipped: false })
})

test('fails when it is, with a failure that is the whole story and no stack', () => {
  const { failure } = found('slower')
  expect(failure!.type).toBe('RegressionError')
  expect(failure!.message).toMatch(
    /^p50\(latency\) \+\d+(\.\d)? % \[.*\] is beyond the tolerance of 20 % \([\d.]+ ms → [\d.]+ ms, n = \d+ a side in \d+ blocks, [\d.]+ %\)/,
  )
  expect(failure!.text).not.toMatch(/\.ts:\d+/)
  expect(run.code).toBe(1)
})

test('undecided passes and is said, unless it is to fail', () => {
  expect(found('undecided').failure).toBeUndefined()
  expect(run.stderr + run.stdout).toMatch(/p99\(latency\) .*: undecided against/)
  const { failure } = found('undecided and strict')
  expect(failure!.type).toBe('UndecidedComparisonError')
  expect(failure!.message).toContain('raise number or maxBlocks')
})

test('is stopped by its own timeoutMs, and can be skipped or expected to fail', () => {
  expect(found('takes too long').failure!.message).toMatch(/did not finish within timeoutMs \(1500 ms\): \d+ pairs/)
  expect(found('skipped').skipped).toBe(true)
  expect(found('expected to break').failure).toBeUndefined()
})

test('its figures are properties in JUnit, its table in the terminal, its files in the outputs folder', () => {
  const { properties } = found('slower')
  expect(properties['perf.verdict']).toBe('fail')
  expect(Number(properties['perf.candidate_requests'])).toBeGreaterThanOrEqual(40)
  expect(properties['perf.regression qps 3 %']).toMatch(/^(fail|undecided): qps -/)
  expect(run.stdout.match(/Comparison results:/g)!.length).toBe(6)
  const files = readdirSync(folder.path).filter((name) => /_slower_/.test(name))
  expect(files.map((name) => name.replace(/\d{8}_\d{6}/, 'T')).sort()).toEqual([
    'm_slower_benchmark_baseline_T.db',
    'm_slower_benchmark_candidate_T.db',
    'm_slower_comparison_T.json',
    'm_slower_comparison_T.md',
  ])
  const json = files.find((name) => name.endsWith('.json'))!
  expect(comparisonResultSchema.parse(JSON.parse(readFileSync(join(folder.path, json), 'utf8'))).verdict).toBe('fail')
})

test('a mistake is found at collection, where it was made', async () => {
  const { code, stdout, stderr } = await runVitest('compareMistakes', [], { OUTPUTS: testFolder() })
  expect(code).toBe(1)
  expect(stdout + stderr).toContain('perf test "no unit": regression "qps 3": the tolerance "3" has no unit')
  expect(stdout + stderr).toMatch(/tolerance\.perf\.ts:3:/)
})
