/** Embeddings and rankings: no tokens to wait for, but input worked off per second. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { renderText, runDocument } from '../../src/report/index.ts'
import { summarySection } from '../../src/report/resultTables.ts'
import { buildBodies } from '../../src/run/requests.ts'
import { measure, sum } from './measured.ts'

const server = { ttft: { kind: 'normal' as const, meanMs: 20, stddevMs: 4 } }
const TABLE = [
  'Time taken for tests (senconds)',
  'Number of concurrency',
  'Total requests',
  'Succeed requests',
  'Failed requests',
  'Average QPS',
  'Average latency',
  'Throughput(average input tokens per second)',
  'Throughput(average items per second)',
  'Average input tokens per request',
  'Average items per request',
  'Expected number of requests',
  'Result DB path',
]

function lines(values: unknown[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'perfgate-')), 'bodies.txt')
  writeFileSync(path, values.map((value) => JSON.stringify(value)).join('\n'))
  return path
}

const load = { number: 6, parallel: 2, dataset: 'line_by_line' }

describe('embeddings', () => {
  const datasetPath = lines([{ input: ['aaaa bbbb', 'cccc'] }, { input: 'dddd' }, { input: [[1, 2, 3], [4]] }])

  it('are asked for and measured by input: tokens and texts per second, and no token to wait for', async () => {
    const { result, rows, requests } = await measure(server, {
      ...load,
      datasetPath,
      api: 'embedding',
      thresholds: { itemsPerSecond: '> 0 /s', inputTokensPerSecond: '> 0 tok/s', 'max(items)': '<= 2' },
    })
    expect(requests.map(({ path }) => path)).toEqual(Array(6).fill('/v1/embeddings'))
    // On two connections, the second request may be the first to be read.
    expect(requests.map(({ body }) => body)).toContainEqual({ model: 'm', input: ['aaaa bbbb', 'cccc'] })
    expect(requests[0]!.headers['accept']).toBe('application/json')
    // By the server's rule of four characters a token: 4, 1 and 4 tokens in 2, 1 and 2 inputs, each body twice.
    expect(rows.map(({ prompt_tokens }) => prompt_tokens)).toEqual([4, 1, 4, 4, 1, 4])
    const { summary, rates } = result
    expect(summary).toMatchObject({ succeededRequests: 6, inputTokensPerRequest: 3, outputTokensPerRequest: null })
    expect(summary.input!.itemsPerRequest).toBeCloseTo(10 / 6)
    expect(summary.input!.tokensPerSecond).toBeCloseTo(18 / summary.timeTakenSeconds)
    expect(summary.input!.itemsPerSecond).toBeCloseTo(10 / summary.timeTakenSeconds)
    expect(rates.totalTokensPerSecond).toBeCloseTo(18 / summary.timeTakenSeconds)
    for (const row of rows) {
      const truth = requests.find(({ index }) => `req-${index}` === row.request_id)!
      expect(row.latency * 1000).toBeGreaterThanOrEqual(truth.ttftMs)
      expect([row.time_to_first_token, row.completion_tokens, row.tokens_estimated]).toEqual([null, null, 0])
    }
    expect(summary.ttftSeconds).toBeNull()
    expect(result.distributions['ttft']).toBeUndefined()
    expect(result.distributions['outputTokens']).toBeUndefined()
    expect(result.thresholds.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass'])
  })

  it('have a summary table without rows of tokens that do not exist', async () => {
    const { result } = await measure(server, { ...load, datasetPath, api: 'openai_embedding' })
    expect(summarySection(result.summary).table.rows.map(([key]) => key)).toEqual(TABLE)
    const text = renderText(runDocument(result))
    expect(text).toContain('Throughput(average input tokens per second)')
    expect(text).not.toMatch(/first token|output token/)
  })

  it('a threshold on TTFT is no pass where there is none', async () => {
    const { result } = await measure(server, {
      ...load,
      datasetPath,
      api: 'embedding',
      thresholds: { 'p99(ttft)': '< 10 s' },
    })
    expect(result.thresholds[0]).toMatchObject({ actual: null, verdict: 'fail' })
  })

  it('take the texts of any dataset, batches as they are', () => {
    const config = resolveConfig({ model: 'm', api: 'embedding', extraArgs: { dimensions: 4 } })
    const bodies = buildBodies(
      [{ text: 'a' }, { text: '', inputs: ['a', 'b'] }, { messages: [{ role: 'user', content: 'c' }] }],
      config,
      findApi('embedding'),
      '/v1/embeddings',
      3,
    ).map((body) => JSON.parse(body))
    expect(bodies).toEqual(['a', ['a', 'b'], 'c'].map((input) => ({ model: 'm', input, dimensions: 4 })))
  })
})

describe('rankings', () => {
  const bodies = [
    { query: 'red fox', documents: ['a red fox', { text: 'a dog' }, 'red'], top_n: 2 },
    { query: 'cat', documents: ['cat'] },
  ]
  const datasetPath = lines(bodies)

  it.each([
    ['vLLM and Jina', '/v1/rerank'],
    ['vLLM without a version', '/rerank'],
    ['Cohere', '/v2/rerank'],
  ])('in the form of %s are measured by documents, also those below top_n', async (_, path) => {
    const { result, rows, requests } = await measure(server, { ...load, datasetPath, api: 'rerank' }, path)
    expect(requests[0]!.path).toBe(path)
    expect(requests.find(({ index }) => index === 0)!.body).toMatchObject({ model: 'm', ...bodies[0] })
    // Query and document together, four characters a token: 4 + 3 + 3 = (7+9)/4, (7+5)/4, (7+3)/4 rounded up.
    expect(rows.map(({ prompt_tokens }) => prompt_tokens)).toEqual([10, 2, 10, 2, 10, 2])
    const { summary } = result
    expect(summary.input!.itemsPerRequest).toBe(2)
    expect(summary.input!.itemsPerSecond).toBeCloseTo(12 / summary.timeTakenSeconds)
    expect(summary.input!.tokensPerSecond).toBeCloseTo(sum([36]) / summary.timeTakenSeconds)
    expect(summarySection(summary).table.rows.map(([key]) => key)).toEqual(TABLE)
    expect(rows.every(({ cause, time_to_first_token }) => cause === null && time_to_first_token === null)).toBe(true)
  })

  it('take a query with documents, and refuse prompts without', () => {
    const config = resolveConfig({ model: 'm', api: 'rerank', extraArgs: { top_n: 1 } })
    const build = (prompt: Parameters<typeof buildBodies>[0][number]): unknown =>
      JSON.parse(buildBodies([prompt], config, findApi('rerank'), '/v1/rerank', 1)[0]!)
    expect(build({ text: '', rerank: { query: 'q', documents: ['d'] } })).toEqual({
      model: 'm',
      query: 'q',
      documents: ['d'],
      top_n: 1,
    })
    expect(() => build({ text: 'q' })).toThrow(
      'option "dataset": it gives prompts without documents to rank, which the API openai_rerank does not take; use --api openai, or another dataset',
    )
  })
})

describe('a server that reports no usage', () => {
  it('has its input counted here: the texts of a batch, and the query with each document', async () => {
    const { createServer } = await import('node:http')
    const answers: Record<string, unknown> = {
      '/v1/embeddings': { data: Array.from({ length: 3 }, (_, index) => ({ index, embedding: [0.1] })) },
      '/v1/rerank': { results: [0, 1].map((index) => ({ index, relevance_score: 1 })) },
    }
    const bare = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      request.resume().on('end', () => response.end(JSON.stringify(answers[request.url!])))
    })
    await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(bare.address() as { port: number }).port}`
    const { measureAt } = await import('./measured.ts')
    const one = { number: 1, dataset: 'line_by_line' }
    const embedded = await measureAt(url, {
      ...one,
      api: 'embedding',
      datasetPath: lines([{ input: ['one two', 'three', [7, 8]] }]),
    })
    const reranked = await measureAt(url, {
      ...one,
      api: 'rerank',
      datasetPath: lines([{ query: 'one', documents: ['two three', 'four'] }]),
    })
    bare.close()
    // Each word is one token of o200k_base; the two token ids are two.
    expect(embedded.rows[0]).toMatchObject({ prompt_tokens: 5, tokens_estimated: 1, completion_tokens: null })
    expect(reranked.rows[0]).toMatchObject({ prompt_tokens: 5, tokens_estimated: 1, completion_tokens: null })
  })
})
