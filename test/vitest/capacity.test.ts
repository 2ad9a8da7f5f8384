/** `perfTest.capacity` in the real Vitest, on an endpoint that counts. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Finished, runVitest, temporaryFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { type JUnitCase, readJUnit } from './junit.ts'

const folder = temporaryFolder()
let endpoint: Endpoint
let run: Finished
let cases: Map<string, JUnitCase>

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 2 })
  const xml = join(folder.path, 'junit.xml')
  run = await runVitest('capacity', ['--reporter=default', '--reporter=junit', `--outputFile=${xml}`], {
    ENDPOINT: endpoint.url,
    OUTPUTS: folder.path,
  })
  cases = new Map(readJUnit(xml).map((testCase) => [testCase.name, testCase]))
  // Long enough to wait for the perf tests of others on this machine.
})

afterAll(async () => {
  await endpoint.close()
  folder.remove()
})

test('passes when the search finds what the gate asks for', () => {
  for (const name of ['carries two', 'own assertions', 'rate'])
    expect([name, cases.get(name)!.failure]).toEqual([name, undefined])
  expect(endpoint.maxInFlight).toBe(2)
})

test('fails with the whole story when the gate is broken, when nothing holds, and when it cannot be known', () => {
  expect(cases.get('breaks its gate')!.failure!.message).toBe('maxParallel none is below 1 (with p99(latency) < 1 us)')
  expect(cases.get('carries nothing')!.failure!.message).toBe('p99(latency) < 1 us: broken at the lower bound (1)')
  expect(cases.get('is not sure')!.failure!.message).toMatch(
    /^maxParallel 2 or more: undecided against 3\. The value alone would fail\. \(with rps > 0, slaUpperBound was reached\)/,
  )
  expect(run.code).toBe(1)
})

test('prints its tables through the reporter, once, and writes what it found as properties', () => {
  expect(run.stdout.match(/Max satisfied:/g)).toHaveLength(6)
  expect(cases.get('carries two')!.properties).toMatchObject({ 'perf.max_parallel p99(latency) <= 60 s': '2' })
})

test('is skipped unchecked', () => {
  expect(cases.get('left out')!.skipped).toBe(true)
})

test.each([
  ['search', /perf test "search": option "slaAutoTune": use perfTest\.capacity, which judges what is found/],
  ['capacity', /perf test "capacity": criterion "p99\(latency\) >= 1 s": p99\(latency\) gets worse upwards/],
  ['gate', /perf test "gate": capacity gate "maxRate >= 1": the search is over parallel/],
])('a mistake in %s.perf.ts is found at collection, before any request', async (file, message) => {
  const before = endpoint.requests
  const { code, stderr } = await runVitest('mistakes', [`${file}.perf`], {
    ENDPOINT: endpoint.url,
    OUTPUTS: folder.path,
  })
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(new RegExp(`❯ ${file}\\.perf\\.ts:\\d+:\\d+\\n`))
  expect(stderr).not.toMatch(/❯ .*src\/vitest/)
  expect(code).toBe(1)
  expect(endpoint.requests).toBe(before)
})
