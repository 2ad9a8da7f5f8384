/** An endpoint that attacks its client: every place that reads an answer comes to an end, with a cause of its own. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { exchange } from '../../src/client/exchange.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { ATTACKS, type HostileEndpoint, startHostile } from './hostileEndpoint.ts'
import { expectInDocs } from './table.ts'

const NAMES = Object.keys(ATTACKS)
/** What was seen of each, as load and as the connection test. */
const load = new Map<string, string>()
const contact = new Map<string, string>()
/** Nothing here waits for a timeout: each attack is over much sooner. */
const HANG_MS = 60_000

let hostile: HostileEndpoint
beforeAll(async () => {
  hostile = await startHostile()
})
afterAll(() => hostile.close())

const scenario = (more: object): Record<string, unknown> => ({
  url: `${hostile.origin}/v1/chat/completions`,
  model: 'm',
  number: 2,
  parallel: 1,
  maxEventBytes: 4 << 20,
  readTimeout: 30,
  totalTimeout: 50,
  onInvalid: 'warn',
  outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-hostile-')),
  ...more,
})

describe('as the load meets it', () => {
  test.each(NAMES)('%s', { timeout: HANG_MS }, async (name) => {
    hostile.attack = ATTACKS[name]!
    const { result } = await runPerfBenchmark(scenario({ noTestConnection: true }))
    expect(result.client.reasons.filter((reason) => reason.includes('crashed'))).toEqual([])
    // Each request is counted, and none of them was given up for time alone.
    expect(result.summary.totalRequests).toBe(2)
    expect(Object.keys(result.errors)).not.toContain('total-timeout')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    const { failedRequests, succeededRequests } = result.summary
    const causes = Object.keys(result.errors).map((cause) => `\`${cause}\``)
    load.set(name, [...(failedRequests > 0 ? causes : []), ...(succeededRequests > 0 ? ['answered'] : [])].join(', '))
  })
})

describe('as the connection test meets it', () => {
  test.each(NAMES)('%s', { timeout: HANG_MS }, async (name) => {
    hostile.attack = ATTACKS[name]!
    const outcome = await runPerfBenchmark(scenario({ number: 1, timeLimit: 40 })).then(
      ({ result }) => result.summary.totalRequests,
      (error: Error) => error.name,
    )
    expect([1, 'EndpointError', 'ConfigError']).toContain(outcome)
    contact.set(name, outcome === 1 ? 'passes' : 'exit 3')
  })
})

describe('as the metrics of an engine', () => {
  test('no attack ends the run, or its figures', { timeout: 5 * HANG_MS }, async () => {
    const server = await startServer({ ttft: { meanMs: 1 }, itl: { meanMs: 0 }, outputTokens: 2 })
    for (const name of NAMES) {
      hostile.attack = ATTACKS[name]!
      const { result } = await runPerfBenchmark(
        scenario({ url: server.url, metricsUrl: `${hostile.origin}/metrics`, noTestConnection: true }),
      )
      expect([name, result.summary.succeededRequests]).toEqual([name, 2])
    }
    await server.close()
  })
})

// As `npm test` runs them all; one by its name writes no table.
test('docs/security.md has the table of what was seen', ({ skip }) => {
  skip(load.size < NAMES.length || contact.size < NAMES.length, 'not every attack was tried')
  const rows = NAMES.map((name) => ({
    attack: name,
    tried: 'load, connection test, `--metrics-url`, one exchange',
    seen: `load: ${load.get(name)}; connection test: ${contact.get(name)}; figures of the run kept`,
  }))
  expectInDocs('answers', rows)
})

test('one exchange reads no more than its limit, compressed or not', async () => {
  for (const name of NAMES) {
    hostile.attack = ATTACKS[name]!
    const answer = await exchange({
      url: hostile.origin,
      method: 'GET',
      headers: [],
      timeoutMs: 5000,
      maxBytes: 1 << 20,
    }).catch((error: Error) => error)
    if (!(answer instanceof Error)) expect([name, answer.text.length <= 1 << 20]).toEqual([name, true])
  }
})
