/** One shape of a result, whoever puts it together: a run, its rows read back, the parts of a load, a side of a comparison. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAULT_FIELD, startServer } from '../../fixtures/index.ts'
import { mergeShards, readRuns } from '../../src/records/index.ts'
import { type Result, resultSchema } from '../../src/result/index.ts'
import { runComparison, runPerfBenchmark } from '../../src/run/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-to-result-'))
const server = await startServer({ ttft: { meanMs: 30 }, itl: { meanMs: 2 }, outputTokens: 5 })
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const outputs = (name: string) => ({ outputsDir: join(folder, name), onInvalid: 'warn' as const })
const scenario = { url: server.url, model: 'm', noTestConnection: true, objectives: { ttft: '<= 10 s' } }
const watched = { ...scenario, number: 40, parallel: 2, metricsUrl: '/metrics', metricsInterval: 0.05 }

const results: Record<'live' | 'recovered' | 'merged' | 'compared', Result> = {} as never

beforeAll(async () => {
  const { result, resultDbPath } = await runPerfBenchmark({ ...watched, ...outputs('live') })
  results.live = result
  results.recovered = readRuns([killed(resultDbPath!)])[0]!.result
  results.merged = await inTwoParts(watched, 'parts')
  const { url: baseline, ...both } = scenario
  const compared = await runComparison({
    ...{ ...both, ...outputs('compared'), baseline, candidate: server.url, number: 80, blocks: 8, maxBlocks: 8 },
    regressions: { 'p50(ttft)': '50 %' },
  })
  results.compared = readRuns([compared.jsonPath!])[1]!.result
})

/** The same load sent by two, which begin together, and joined. */
async function inTwoParts(asked: Record<string, unknown>, name: string): Promise<Result> {
  const startAt = new Date(Date.now() + 5000).toISOString()
  const parts = await Promise.all(
    [1, 2].map((i) => runPerfBenchmark({ ...asked, ...outputs(name), startAt, loadShard: `${i}/2` })),
  )
  const paths = parts.map(({ resultDbPath }) => resultDbPath!)
  return mergeShards(paths, { outputsDir: join(folder, `${name}-merged`) }).result
}

/** The DB as it stands when the process of a run is killed before it writes its result. */
function killed(path: string): string {
  const copy = join(folder, 'killed.db')
  cpSync(path, copy)
  const db = new DatabaseSync(copy)
  db.prepare("DELETE FROM run WHERE key = 'result'").run()
  db.close()
  return copy
}

/** Where each value stands; lists and records by name of a measured thing count as one value. */
function keysOf(value: unknown, path = ''): string[] {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord || ['config', 'errors', 'server'].includes(path)) return [path]
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : keysOf(inner, path === '' ? key : `${path}.${key}`),
  )
}

describe('a result has the same keys', () => {
  /** What only such a result can say, and what it cannot. */
  const CASES = [
    { name: 'recovered', more: [], less: [] },
    { name: 'merged', more: ['merged'], less: [] },
    // Two servers would be asked for their own metrics.
    { name: 'compared', more: [], less: ['server'] },
  ] as const

  it.each(CASES)('$name as live', ({ name, more, less }) => {
    const keys = new Set(keysOf(results[name]).map((key) => (key.startsWith('merged.') ? 'merged' : key)))
    const isOptional = (key: string): boolean => /^client\.harnessOverheadAge|^distributions\.connect/.test(key)
    const live = keysOf(results.live)
    expect(live.filter((key) => !keys.has(key) && !isOptional(key))).toEqual(less)
    expect([...keys].filter((key) => !live.includes(key) && !isOptional(key))).toEqual(more)
  })

  it.each(['live', 'recovered', 'merged', 'compared'] as const)(
    '%s is a result by its schema, with nothing beyond it',
    (name) => {
      const result = results[name]
      expect(JSON.parse(JSON.stringify(resultSchema.parse(result)))).toEqual(JSON.parse(JSON.stringify(result)))
    },
  )
})

describe('a recovered result', () => {
  it('has the metrics of the live one', () => {
    const { live, recovered } = results
    for (const name of ['latency', 'ttft', 'itl'])
      expect(recovered.distributions[name]!.mean).toBeCloseTo(live.distributions[name]!.mean, 2)
    expect(recovered.workload!.overall).toMatchObject({ requests: 40, outputTokens: 200 })
    expect(recovered.workload!.overall.seconds).toBeCloseTo(live.workload!.overall.seconds, 4)
    expect(recovered.rates.goodShare).toBe(1)
    const [low, high] = live.intervals!['p50(ttft)'] as [number, number]
    expect(recovered.intervals!['p50(ttft)']![0]).toBeCloseTo(low, 2)
    expect(recovered.intervals!['p50(ttft)']![1]).toBeCloseTo(high, 2)
    expect(recovered.summary).toMatchObject({ concurrency: 2, expectedRequests: 40 })
  })

  it('has what the server had said before the run was killed', () => {
    const { live, recovered } = results
    expect(recovered.server!.engine).toBe('vllm')
    expect(recovered.server!.counters.outputTokens).toBeGreaterThan(0)
    expect(recovered.server!.counters.outputTokens).toBeLessThanOrEqual(live.server!.counters.outputTokens!)
  })
})

it('a merged result has the server of its parts once, and is judged as the whole', () => {
  expect(results.merged.server!.engine).toBe('vllm')
  expect(results.merged.summary).toMatchObject({ totalRequests: 40, concurrency: 2, expectedRequests: 40 })
  expect(results.merged.workload!.overall).toMatchObject({ requests: 40, outputTokens: 200 })
})

describe('notes on answers', () => {
  it('are in a recovered and in a merged result as in a live one, once for the whole', async () => {
    const asked = { ...scenario, number: 20, parallel: 2, extraArgs: { [FAULT_FIELD]: 'no-usage' } }
    const { result, resultDbPath } = await runPerfBenchmark({ ...asked, ...outputs('odd') })
    const said = result.notes.filter((note) => note.includes('of 20 answers'))
    expect(said).not.toEqual([])
    const [recovered] = readRuns([killed(resultDbPath!)])
    expect(recovered!.result.notes).toEqual(expect.arrayContaining(said))
    expect(recovered!.result.tokens).toEqual(result.tokens)
    const { notes } = await inTwoParts(asked, 'odd-parts')
    expect(notes).toEqual(expect.arrayContaining(said))
    expect(notes.filter((note) => note.includes('of 10 answers'))).toEqual([])
  })
})

it('a run of which every request failed has failed, also when its DB is all that is left', async () => {
  const { url } = server
  const fails = { ...scenario, url: url.replace('/v1', '/nothing/v1'), number: 4, ...outputs('failed') }
  const { result, resultDbPath } = await runPerfBenchmark(fails)
  expect(result).toMatchObject({ verdict: 'fail', summary: { succeededRequests: 0 } })
  expect(readRuns([killed(resultDbPath!)])[0]!.result.verdict).toBe('fail')
})

it('conversations that were cut short keep their metrics and their number of turns', async () => {
  const path = join(folder, 'turns.jsonl')
  const turns = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, (_, i) => ({ role: 'user', content: `turn ${i}` })))
  writeFileSync(path, [3, 2, 3].map(turns).join('\n'))
  const asked = { ...scenario, dataset: 'custom_multi_turn', datasetPath: path, multiTurn: true, number: 3 }
  const { result, resultDbPath } = await runPerfBenchmark({ ...asked, ...outputs('turns') })
  expect(result.summary).toMatchObject({ totalRequests: 8, expectedRequests: 8 })
  const recovered = readRuns([killed(resultDbPath!)])[0]!.result
  expect(result.conversations).toBeDefined()
  expect(keysOf(recovered.conversations)).toEqual(keysOf(result.conversations))
  expect(recovered.summary).toMatchObject({ totalRequests: 8, expectedRequests: 8 })
})
