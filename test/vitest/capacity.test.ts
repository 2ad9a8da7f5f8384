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
}, 60_000)

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
  expect(cases.get('breaks its gate')!.failure!.message).toBe(
    'maxParallel with p99(latency) < 1 us is none, which breaks >= 1',
  )
  expect(cases.get('carries nothing')!.failure!.message).toBe('p99(latency) < 1 us: broken at the lower bound (1)')
  expect(cases.get('is not sure')!.failure!.message).toMatch(
    /^maxParallel with rps > 0 is at least 2, which does not settle >= 3 \(slaUpperBound was reached\)/,
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
