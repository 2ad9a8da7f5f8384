/** Recorded traffic against the embedded server: what reached it, and when. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import type { RequestTruth } from '../../fixtures/state.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { loadTokenCounter } from '../../src/tokens/index.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function server(): Promise<EmbeddedServer> {
  const started = await startServer({ ttft: { meanMs: 2 }, itl: { meanMs: 0 }, outputTokens: 4 })
  closers.push(() => started.close())
  return started
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))
function trace(records: object[]): string {
  const path = join(folder(), 'trace.jsonl')
  writeFileSync(path, records.map((record) => JSON.stringify(record)).join('\n'))
  return path
}

interface Row {
  scheduled_time: number
  start_time: number
  trace_request_id: string | null
  request: string
}
function rowsOf(path: string | null): Row[] {
  const db = new DatabaseSync(path!, { readOnly: true })
  const rows = db.prepare('select * from result order by request_index').all() as unknown as Row[]
  db.close()
  return rows
}
/** Offsets from the first, milliseconds. */
const dueMs = (rows: Row[]): number[] => rows.map((row) => (row.scheduled_time - rows[0]!.scheduled_time) * 1000)

const body = (text: string, more: object = {}): object => ({ messages: [{ role: 'user', content: text }], ...more })
const base = () => ({ noTestConnection: true, outputsDir: folder(), openLoop: true })

/** On a busy machine two requests may overtake each other on their connections; here texts are in the order of times. */
function byText(requests: readonly RequestTruth[]): RequestTruth[] {
  const textOf = (request: RequestTruth): string =>
    (request.body as { messages: { content: string }[] }).messages[0]!.content
  return requests.toSorted((a, b) => textOf(a).localeCompare(textOf(b)))
}

describe('workload_trace', () => {
  const records = [
    { body: body('one', { model: 'a', temperature: 0.7, stream: false }), timestamp: 100, request_id: 'first' },
    { body: body('two', { model: 'b', max_tokens: 3 }), timestamp: 100.12, headers: { 'X-User': 'u2', Host: 'evil' } },
    { body: body('three', { model: 'a' }), timestamp: 100.06, completion_tokens: 9 },
  ]
  const options = () => ({ ...base(), dataset: 'workload_trace', datasetPath: trace(records) })

  it('sends each request when it is due, in the order of the times, with its own body and headers', async () => {
    const { url, requests } = await server()
    const notices: string[] = []
    const { result, resultDbPath } = await runPerfBenchmark(
      { ...options(), url, model: 'ignored', headers: { 'x-user': 'run' } },
      { onNotice: (text) => notices.push(text) },
    )
    const rows = rowsOf(resultDbPath)
    expect(dueMs(rows).map((ms) => Math.round(ms * 100) / 100)).toEqual([0, 60, 120])
    for (const row of rows) expect(row.start_time).toBeGreaterThanOrEqual(row.scheduled_time - 1e-6)
    // As recorded, but streamed: that is what is measured.
    const streamed = { stream: true, stream_options: { include_usage: true } }
    expect(byText(requests).map((request) => request.body)).toEqual([
      { ...body('one', { model: 'a', temperature: 0.7 }), ...streamed },
      { ...body('three', { model: 'a' }), ...streamed },
      { ...body('two', { model: 'b', max_tokens: 3 }), ...streamed },
    ])
    expect(byText(requests).map(({ headers }) => headers['x-user'])).toEqual(['run', 'run', 'u2'])
    expect(byText(requests)[2]!.headers['host']).toBe(new URL(url).host)
    expect(rows.map(({ trace_request_id: id }) => id)).toEqual(['first', null, null])
    expect(notices.join()).toContain('not in order')
    expect(result.summary).toMatchObject({ totalRequests: 3, expectedRequests: 3, concurrency: null })
    expect(result.config['executor']).toBe('trace')
    expect(result.workload!.overall).toMatchObject({ requests: 3 })
  })

  it('speed, model_override, model_mapping and match_output_length change what they say', async () => {
    const { url, requests } = await server()
    const { resultDbPath } = await runPerfBenchmark({
      ...options(),
      url,
      datasetArgs: { speed: 2, model_mapping: { b: 'mapped' }, model_override: 'over', match_output_length: true },
    })
    expect(dueMs(rowsOf(resultDbPath)).map((ms) => Math.round(ms * 100) / 100)).toEqual([0, 30, 60])
    expect(byText(requests).map((request) => (request.body as { model: string }).model)).toEqual([
      'over',
      'over',
      'mapped',
    ])
    expect(byText(requests)[1]!.body).toMatchObject({ max_tokens: 9, ignore_eos: true })
    expect(byText(requests).map(({ outputTokens }) => outputTokens)).toEqual([4, 9, 3])
  })

  it('number takes the first ones; several threads send each once', async () => {
    const { url, requests } = await server()
    await runPerfBenchmark({ ...options(), url, number: 2, workers: 2 })
    expect(byText(requests).map((request) => (request.body as { model: string }).model)).toEqual(['a', 'a'])
  })

  it('needs an open loop', async () => {
    await expect(runPerfBenchmark({ ...options(), openLoop: false })).rejects.toThrow(
      'option "openLoop": dataset workload_trace replays requests at their recorded times; add openLoop (--open-loop)',
    )
  })
})

describe('mooncake', () => {
  it('replays times, lengths and shared prefixes', async () => {
    const { url, requests } = await server()
    const datasetPath = trace([
      { timestamp: 1000, input_length: 70, output_length: 3, hash_ids: [5, 6, 7] },
      { timestamp: 1080, input_length: 40, output_length: 2, hash_ids: [5, 9] },
    ])
    const { resultDbPath } = await runPerfBenchmark({
      ...base(),
      url,
      model: 'gpt-4o',
      dataset: 'mooncake',
      datasetPath,
      datasetArgs: { block_size: 32, speed: 2 },
    })
    expect(dueMs(rowsOf(resultDbPath)).map((ms) => Math.round(ms * 100) / 100)).toEqual([0, 40])
    const counter = await loadTokenCounter('gpt-4o')
    const longestFirst = requests.toSorted((a, b) => JSON.stringify(b.body).length - JSON.stringify(a.body).length)
    const sent = longestFirst.map(
      (request) => (request.body as { messages: { content: string }[] }).messages[0]!.content,
    )
    expect(sent.map((text) => counter.count(text))).toEqual([70, 40])
    const shared = (text: string): string => text.split(' ').slice(0, 32).join(' ')
    expect(shared(sent[0]!)).toBe(shared(sent[1]!))
    expect(longestFirst.map(({ outputTokens }) => outputTokens)).toEqual([3, 2])
  })
})
