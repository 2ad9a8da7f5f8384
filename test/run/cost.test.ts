import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { renderHtml } from '../../src/report/html/index.ts'
import { renderMarkdown, renderText, runDocument } from '../../src/report/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { costOf, withPrice } from '../../src/run/prices.ts'
import { figuresOf } from '../../src/testing/figures.ts'

const PRICE = { input: 2, cachedInput: 0.5, output: 8, reasoning: 10, currency: 'EUR' }
/** 1,000 tokens in, 400 of them cached; 300 out, 100 of them reasoning. */
const USAGE = {
  prompt_tokens: 1000,
  completion_tokens: 300,
  total_tokens: 1300,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 100 },
}
/** (600 × 2 + 400 × 0.5 + 200 × 8 + 100 × 10) ÷ 10⁶, by hand. */
const COST = 0.004

const folder = mkdtempSync(join(tmpdir(), 'perfgate-cost-'))
let url = ''
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.method === 'GET') return response.end('{"data":[{"id":"small"}]}')
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes' }, finish_reason: 'stop' }]
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ id: 'x', object: 'chat.completion', choices, usage: USAGE }))
  })
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const scenario = () => ({
  url,
  model: 'small',
  api: 'openai' as const,
  stream: false,
  parallel: 2,
  number: 10,
  prompt: 'Is it?',
  maxTokens: 300,
  outputsDir: folder,
})

describe('the cost of a request', () => {
  const tokens = { inputTokens: 1000, outputTokens: 300, cachedTokens: 400, reasoningTokens: 100 }

  test('has a price for each kind of token', () => {
    expect(costOf(PRICE, tokens)).toBeCloseTo(COST, 12)
  })

  test('takes the price of input for cached tokens and of output for reasoning, where they have none', () => {
    // (1000 × 2 + 300 × 8) ÷ 10⁶
    expect(costOf({ input: 2, output: 8, currency: 'USD' }, tokens)).toBeCloseTo(0.0044, 12)
  })

  test('is that of the tokens that are known', () => {
    const unknown = { cachedTokens: Number.NaN, reasoningTokens: Number.NaN }
    // An embedding has no output: 1000 × 2 ÷ 10⁶.
    expect(costOf(PRICE, { ...tokens, ...unknown, outputTokens: Number.NaN })).toBeCloseTo(0.002, 12)
    expect(costOf(PRICE, { ...tokens, inputTokens: Number.NaN })).toBeNaN()
  })
})

describe('prices', () => {
  const priceFile = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'perfgate-prices-')), 'prices.json')
    writeFileSync(path, content)
    return path
  }
  const resolved = (prices: unknown, model = 'small') => withPrice(resolveConfig({ prices, model }))

  test('come from a file of models', () => {
    const path = priceFile(JSON.stringify({ small: { input: 1, output: 2 }, large: PRICE }))
    expect(resolved(path, 'large').prices).toEqual(PRICE)
    expect(resolved(path).prices).toEqual({ input: 1, output: 2, currency: 'USD' })
    expect(() => resolved(path, 'other')).toThrow(/no price of model "other"; it has small, large/)
  })

  test('say what is wrong with them', () => {
    expect(() => resolved(join(folder, 'none.json'))).toThrow(/option "prices": ".*none.json" cannot be read/)
    expect(() => resolved(priceFile('{'))).toThrow(/is not JSON/)
    expect(() => resolved(priceFile('{"small":{"output":"2"}}'))).toThrow(/is not a price list/)
    expect(() => resolveConfig({ prices: { input: -1, output: 2 } })).toThrow(/option "prices/)
    expect(() => resolveConfig({ prices: {} })).toThrow(/option "prices/)
  })
})

describe('a run with prices', () => {
  test('gates and stores what its requests cost', async () => {
    const { result, resultDbPath } = await runPerfBenchmark({
      ...scenario(),
      prices: PRICE,
      objectives: { cost: '<= 0.005' },
      thresholds: { 'avg(cost)': '<= 0.0041', totalCost: '<= 0.0401', goodShare: '>= 100 %' },
    })
    expect(result.verdict).toBe('pass')
    expect(result.cost).toEqual({
      currency: 'EUR',
      total: expect.closeTo(10 * COST, 9),
      perRequest: expect.closeTo(COST, 9),
      perSession: null,
    })
    const db = new DatabaseSync(resultDbPath!, { readOnly: true })
    const { total } = db.prepare('SELECT sum(cost) AS total FROM result WHERE warmup = 0').get() as { total: number }
    db.close()
    expect(total).toBeCloseTo(10 * COST, 9)
    // In every output: terminal, Markdown (and with it summaries), page, properties of JUnit.
    expect(renderText(runDocument(result))).toMatch(/the run\s+\|?\s*0\.04\b.*EUR/)
    expect(renderMarkdown(runDocument(result))).toContain('| the run | 0.04 | EUR |')
    expect(renderHtml({ runs: [{ result, requests: undefined }], comparisons: [], capacities: [] })).toContain('Cost')
    expect(figuresOf(result)).toContainEqual({ name: 'perf.total_cost', value: '0.04' })
    const json = JSON.parse(readFileSync(resultDbPath!.replace(/db$/, 'json'), 'utf8')) as typeof result
    expect(json.cost).toEqual(result.cost)
  })

  test('fails where it costs more than it may', async () => {
    const { result } = await runPerfBenchmark({ ...scenario(), prices: PRICE, thresholds: { totalCost: '<= 0.0399' } })
    expect(result.verdict).toBe('fail')
  })

  test('has a cost of each conversation', async () => {
    const { result } = await runPerfBenchmark({
      ...scenario(),
      prices: PRICE,
      prompt: undefined,
      dataset: 'random_multi_turn',
      multiTurn: true,
      number: 3,
      minTurns: 2,
      maxTurns: 2,
      maxPromptLength: 50,
      thresholds: { 'max(costPerSession)': '<= 0.0081' },
    })
    expect(result.verdict).toBe('pass')
    expect(result.cost?.perSession).toBeCloseTo(2 * COST, 9)
  })

  test('needs prices for a gate on money, before anything is sent', async () => {
    await expect(runPerfBenchmark({ ...scenario(), thresholds: { totalCost: '<= 1' } })).rejects.toThrow(
      /threshold "totalCost <= 1": totalCost needs the prices of tokens/,
    )
    await expect(runPerfBenchmark({ ...scenario(), objectives: { cost: '<= 1' } })).rejects.toThrow(/needs the prices/)
  })

  test('has no cost without prices', async () => {
    const { result } = await runPerfBenchmark(scenario())
    expect(result.cost).toBeUndefined()
    expect(result.distributions['cost']).toBeUndefined()
  })
})

/** Requests that the server answered. */
let answered = 0
server.on('request', (request) => {
  if (request.method === 'POST') answered++
})

describe('maxCost', () => {
  beforeEach(() => {
    answered = 0
  })

  const bounded = (more: Record<string, unknown>) =>
    runPerfBenchmark({ ...scenario(), prices: PRICE, noTestConnection: true, ...more })

  test.each([
    ['a number of requests', { number: 1000 }],
    ['a duration', { number: undefined, duration: 20 }],
    ['an open loop', { number: 1000, openLoop: true, rate: 2000 }],
    ['an open loop without a cap', { number: 1000, openLoop: true, rate: 2000, parallel: undefined }],
    ['a warmup', { number: 1000, warmupNum: 10 }],
    [
      'conversations',
      {
        prompt: undefined,
        dataset: 'random_multi_turn',
        multiTurn: true,
        number: 1000,
        minTurns: 2,
        maxTurns: 4,
        maxPromptLength: 20,
      },
    ],
  ])('ends %s before it costs more', async (_, load) => {
    const { result } = await bounded({ ...load, maxCost: 0.5 })
    // 0.5 ÷ 0.004 by hand.
    expect(answered).toBeLessThanOrEqual(125)
    expect(answered).toBeGreaterThan(70)
    expect(result.cost!.total).toBeLessThanOrEqual(0.5)
    expect(result.verdict).toBe('fail')
    expect(result.thresholds.at(-1)!.message).toMatch(
      /^run is complete: one more request could have passed maxCost, 0\.5 EUR, after 0\.[34]\d* EUR, when \d+/,
    )
  })

  test('goes on while answers cost less than they might', async () => {
    // A request may cost 0.03 by its 3,000 tokens at most: three of them, if none were cheaper.
    const { result } = await bounded({ number: 1000, parallel: 1, maxTokens: 3000, maxCost: 0.1 })
    expect(result.summary.totalRequests).toBeGreaterThan(10)
    expect(result.cost!.total).toBeLessThanOrEqual(0.1)
  })

  test('does not touch a run that costs less', async () => {
    const { result } = await bounded({ maxCost: 1, thresholds: { totalCost: '<= 0.041' } })
    expect(result.verdict).toBe('pass')
    expect(answered).toBe(10)
  })

  test('ends a list of levels', async () => {
    const { results } = await bounded({ parallel: [1, 2, 4], number: 100, maxCost: 0.5 })
    expect(results).toHaveLength(2)
    expect(answered).toBeLessThanOrEqual(125)
  })

  test.each([
    [{ maxCost: 1 }, 'option "maxCost": needs the prices of tokens'],
    [{ maxCost: 1, prices: PRICE, maxTokens: null }, 'needs a limit on the output'],
    [{ maxCost: 0.001, prices: PRICE }, 'is less than one request may cost, 0.00'],
    [{ maxCost: 1, prices: PRICE, loadShard: '1/2' }, 'the parts of a load'],
    [{ maxCost: -1, prices: PRICE }, 'option "maxCost"'],
    [{ maxCost: 1, prices: PRICE, slaAutoTune: true, slaParams: { p99_latency: '<= 2' } }, 'option "maxCost"'],
  ])('%j is rejected before anything is sent', async (options, message) => {
    await expect(runPerfBenchmark({ ...scenario(), ...options })).rejects.toThrow(message)
    expect(answered).toBe(0)
  })
})
