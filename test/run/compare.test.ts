/** Comparisons against servers whose timing is known, and which know what they received. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it, test } from 'vitest'
import { type EmbeddedServer, type ServerOptions, startServer } from '../../fixtures/index.ts'
import { ConfigError, EndpointError } from '../../src/config/index.ts'
import { readResultDb } from '../../src/records/index.ts'
import { comparisonResultSchema, resultSchema } from '../../src/result/index.ts'
import { blockOrder } from '../../src/run/comparison/blocks.ts'
import { resolveComparison, runComparison } from '../../src/run/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const servers: EmbeddedServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function server(options: ServerOptions): Promise<EmbeddedServer> {
  const started = await startServer(options)
  servers.push(started)
  return started
}

const timed = (ttftMs: number): ServerOptions => ({
  ttft: { kind: 'lognormal', meanMs: ttftMs, stddevMs: ttftMs / 10 },
  itl: { meanMs: 0 },
  outputTokens: 2,
})

/** More blocks where there is something to be found: chance may join some. */
const many = { blocks: 20, maxBlocks: 40 }

const scenario = { model: 'm', noTestConnection: true, number: 80, blocks: 10, maxBlocks: 10, outputsDir: folder }

describe('the order of blocks', () => {
  const order = blockOrder(40, 7)

  it('has both sides in each pair, and the opposite order in every other', () => {
    for (const [i, [first, second]] of order.entries()) {
      expect(first).not.toBe(second)
      if (i % 2 === 1) expect(first).toBe(order[i - 1]![1])
    }
  })

  it('is drawn: ABBA and BAAB both occur, the same for the same seed', () => {
    expect(new Set(order.filter((_, i) => i % 2 === 0).map(([first]) => first)).size).toBe(2)
    expect(blockOrder(40, 7)).toEqual(order)
    expect(blockOrder(40, 8)).not.toEqual(order)
  })
})

describe('a comparison', () => {
  it('finds a candidate that is 20 % slower', async () => {
    const baseline = await server(timed(40))
    const candidate = await server(timed(48))
    const { result, verdict } = await runComparison({
      ...scenario,
      ...many,
      baseline: baseline.url,
      candidate: candidate.url,
      regressions: { 'p50(ttft)': '5 %' },
    })
    expect(result.regressions.map((judged) => [judged.expression, judged.verdict])).toEqual([
      ['p50(ttft) 5 %', 'fail'],
      ['successRate 1 %', 'pass'],
    ])
    expect(verdict).toBe(result.baseline.client.valid && result.candidate.client.valid ? 'fail' : 'invalid')
    const { change } = result.regressions[0]!
    // What it takes to send a request and read its answer is added to both.
    expect(change!.estimate).toBeGreaterThan(0.1)
    expect(change!.estimate).toBeLessThan(0.25)
  })

  it('does not fail an identical candidate', async () => {
    const [baseline, candidate] = [await server(timed(40)), await server(timed(40))]
    const { result } = await runComparison({
      ...scenario,
      baseline: baseline.url,
      candidate: candidate.url,
      regressions: { 'p50(ttft)': '15 %', 'p90(ttft)': '20 %', qps: '15 %' },
    })
    expect(result.regressions.map(({ verdict }) => verdict)).not.toContain('fail')
  })

  it('sends both sides the same prompts, one side at a time, in the order it says', async () => {
    const [baseline, candidate] = [await server(timed(5)), await server(timed(5))]
    const { result } = await runComparison({
      ...scenario,
      baseline: baseline.url,
      candidate: candidate.url,
      parallel: 2,
      regressions: { 'p50(latency)': '500 %' },
    })
    const { order, requests } = result.blocks
    expect(requests).toBe(8)
    expect(order).toHaveLength(20)
    // The first eight of each side are the warmup.
    const sent = (side: EmbeddedServer) => side.requests.slice(8)
    expect(sent(baseline)).toHaveLength(80)
    const bodies = (side: EmbeddedServer, block: number): string[] =>
      sent(side)
        .slice(block * 8, (block + 1) * 8)
        .map(({ body }) => JSON.stringify(body))
        .sort()
    for (let block = 0; block < 10; block++) expect(bodies(candidate, block)).toEqual(bodies(baseline, block))
    expect(bodies(baseline, 1)).not.toEqual(bodies(baseline, 0))
    const all = [
      ...sent(baseline).map(({ receivedAt }) => ({ letter: 'B', receivedAt })),
      ...sent(candidate).map(({ receivedAt }) => ({ letter: 'C', receivedAt })),
    ].sort((a, b) => a.receivedAt - b.receivedAt)
    const seen = Array.from({ length: 20 }, (_, block) =>
      all.slice(block * 8, (block + 1) * 8).map(({ letter }) => letter),
    )
    expect(seen.every((letters) => new Set(letters).size === 1)).toBe(true)
    expect(seen.map(([letter]) => letter).join('')).toBe(order)
  })

  it('writes a result DB of each side and one JSON, in its schema', async () => {
    const [baseline, candidate] = [await server(timed(5)), await server(timed(5))]
    const { result, jsonPath } = await runComparison(
      { ...scenario, baseline: baseline.url, candidate: candidate.url, regressions: { qps: '90 %' } },
      { label: 'files of it' },
    )
    const stored = comparisonResultSchema.parse(JSON.parse(readFileSync(jsonPath!, 'utf8')))
    expect(stored).toEqual(JSON.parse(JSON.stringify(result)))
    expect(jsonPath).toMatch(/m_files-of-it_comparison_\d{8}_\d{6}\.json$/)
    for (const side of [result.baseline, result.candidate]) {
      const db = new DatabaseSync(side.resultDbPath!, { readOnly: true })
      const rows = db.prepare('select request_index from result where warmup = 0 order by request_index').all()
      expect(rows.map((row) => row.request_index)).toEqual(Array.from({ length: 80 }, (_, i) => i))
      db.close()
    }
  })

  it('measures more blocks while figures are undecided, up to its budget, and says so', async () => {
    const [baseline, candidate] = [await server(timed(5)), await server(timed(5))]
    const notices: string[] = []
    const { result } = await runComparison(
      {
        ...scenario,
        number: 40,
        blocks: 8,
        maxBlocks: 16,
        baseline: baseline.url,
        candidate: candidate.url,
        // Of 80 requests a side no interval of p99 exists.
        regressions: { 'p99(latency)': '10 %' },
      },
      { onNotice: (text) => notices.push(text) },
    )
    expect(result.blocks).toMatchObject({ requests: 5, pairs: 16, maxPairs: 16, looks: [8, 16], looked: 2 })
    expect(result.regressions[0]).toMatchObject({ verdict: 'undecided', n: 80, confidence: expect.closeTo(0.975, 10) })
    expect(notices).toEqual(['undecided after 8 pairs of blocks: measuring more, up to 16'])
  })

  it('fails a candidate whose requests fail, and says what it answered', async () => {
    const baseline = await server(timed(5))
    const candidate = await server({ ...timed(5), apiKey: 'secret' })
    const { result } = await runComparison({
      ...scenario,
      baseline: baseline.url,
      candidate: candidate.url,
      regressions: { 'p50(latency)': '10 %' },
    })
    expect(result.regressions.map(({ verdict }) => verdict)).toEqual(['fail', 'fail'])
    expect(result.candidate).toMatchObject({ totalRequests: 80, succeededRequests: 0, errors: { 'http-4xx': 80 } })
    expect(result.baseline.failedRequests).toBe(0)
  })

  it('stops when it is told to, with the pairs that were complete', async () => {
    const [baseline, candidate] = [await server(timed(30)), await server(timed(30))]
    const controller = new AbortController()
    const { result } = await runComparison(
      { ...scenario, baseline: baseline.url, candidate: candidate.url, regressions: { 'p50(latency)': '10 %' } },
      {
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done >= 40) controller.abort()
        },
      },
    )
    expect(result.interrupted).toBe(true)
    expect(result.blocks.pairs).toBeGreaterThan(0)
    expect(result.blocks.pairs).toBeLessThan(10)
  })

  it('names the side whose endpoint does not answer', async () => {
    const baseline = await server(timed(5))
    const candidate = createServer().listen(0, '127.0.0.1')
    await once(candidate, 'listening')
    const { port } = candidate.address() as AddressInfo
    candidate.close()
    const run = runComparison({
      ...scenario,
      noTestConnection: false,
      baseline: baseline.url,
      candidate: `http://127.0.0.1:${port}`,
      regressions: { qps: '5 %' },
    })
    await expect(run).rejects.toThrow(EndpointError)
    await expect(run).rejects.toThrow(/^candidate: endpoint .* no answer to the connection test/)
  })
})

describe('commands', () => {
  const fixtures = JSON.stringify(new URL('../../fixtures/index.ts', import.meta.url).href)

  async function command(ttftMs: number) {
    const port = createServer().listen(0, '127.0.0.1')
    await once(port, 'listening')
    const { port: number } = port.address() as AddressInfo
    port.close()
    await once(port, 'close')
    const source = `const { startServer } = await import(${fixtures}); await startServer({ port: ${number}, ttft: { meanMs: Number(process.env.TTFT) }, itl: { meanMs: 0 }, outputTokens: 2 }); console.log('up')`
    return {
      command: `${JSON.stringify(process.execPath)} --input-type=module -e ${JSON.stringify(source.replaceAll('"', "'"))}`,
      readyUrl: `http://127.0.0.1:${number}/health`,
      env: { TTFT: String(ttftMs) },
    }
  }

  it('are started, compared and stopped, and their logs kept', async () => {
    const [baseline, candidate] = [await command(30), await command(45)]
    const { result } = await runComparison({
      ...scenario,
      ...many,
      noTestConnection: false,
      baseline,
      candidate,
      regressions: { 'p50(ttft)': '10 %' },
    })
    expect(result.regressions[0]!.verdict).toBe('fail')
    expect(readFileSync(result.candidate.endpoint.logPath!, 'utf8')).toBe('up\n')
    expect(result.config.candidate).toMatchObject({ env: { TTFT: '***' } })
    for (const { readyUrl } of [baseline, candidate]) await expect(fetch(readyUrl)).rejects.toThrow()
  })

  it('a candidate that does not come up ends the baseline too', async () => {
    const baseline = await command(30)
    const run = runComparison({
      ...scenario,
      baseline,
      candidate: { command: 'echo broken; exit 3', readyUrl: 'http://127.0.0.1:9/health' },
      regressions: { 'p50(ttft)': '10 %' },
    })
    await expect(run).rejects.toThrow(/^candidate: command "echo broken; exit 3" ended \(exit code 3\)/)
    await expect(fetch(baseline.readyUrl)).rejects.toThrow()
  })
})

describe('what a run can do, each side of a comparison can', () => {
  const regressions = { 'p50(latency)': '500 %' }

  it('sends recorded requests with their own headers', async () => {
    const [baseline, candidate] = [await server(timed(2)), await server(timed(2))]
    const path = join(folder, 'recorded.jsonl')
    const record = (user: string): string =>
      JSON.stringify({
        body: { model: 'm', messages: [{ role: 'user', content: user }] },
        headers: { 'X-User': user },
        timestamp: 1,
      })
    writeFileSync(path, ['u1', 'u2'].map(record).join('\n'))
    const recorded = { dataset: 'workload_trace', datasetPath: path, headers: { 'x-user': 'run' } }
    await runComparison({ ...scenario, ...recorded, baseline: baseline.url, candidate: candidate.url, regressions })
    for (const { requests } of [baseline, candidate]) {
      const users = requests.map(({ headers, body }) => [
        headers['x-user'],
        (body as { messages: { content: string }[] }).messages[0]!.content,
      ])
      expect(new Set(users.map(([sent]) => sent))).toEqual(new Set(['u1', 'u2']))
      for (const [sent, text] of users) expect(sent).toBe(text)
    }
  })

  it('notes of each side where its token counts are not those of the tokenizer', async () => {
    const [baseline, candidate] = [await server(timed(2)), await server(timed(2))]
    const tokenizerPath = fileURLToPath(new URL('../tokens/data/bpe', import.meta.url))
    const { result } = await runComparison({
      ...{ ...scenario, prompt: 'How would you explain latency?', tokenizerPath, regressions },
      ...{ baseline: baseline.url, candidate: candidate.url },
    })
    for (const side of ['Baseline', 'Candidate'])
      expect(result.notes).toContainEqual(expect.stringMatching(new RegExp(`^${side}: The server reported`)))
  })

  it('asks its endpoint for the model that is not named, and says its options with debug', async () => {
    const [baseline, candidate] = [await server(timed(2)), await server(timed(2))]
    const { model: _, ...unnamed } = scenario
    const said: string[] = []
    const { result } = await runComparison(
      { ...unnamed, debug: true, baseline: baseline.url, candidate: candidate.url, regressions },
      { onNotice: (text) => void said.push(text) },
    )
    for (const side of ['baseline', 'candidate'] as const) {
      expect(result[side].model).not.toBe('')
      expect(said).toContainEqual(
        expect.stringMatching(new RegExp(`^${side}: model ${result[side].model}: the only one`)),
      )
      expect(said).toContainEqual(expect.stringMatching(new RegExp(`^${side}: resolved options: \\{`)))
    }
  })

  it('notes prompts that came from a cache, also those that the other side has sent', async () => {
    const one = await server({ ...timed(2), prefixCache: true })
    const { result } = await runComparison({
      ...{ ...scenario, dataset: 'random', minPromptLength: 200, maxPromptLength: 200 },
      ...{ baseline: one.url, candidate: one.url, regressions },
    })
    expect(result.notes).toContainEqual(expect.stringMatching(/^(Baseline|Candidate): Prompts repeat: /))
    expect(result.notes).not.toContainEqual(expect.stringContaining('made up for this run in its prompt cache'))
  })

  it('has its result in its DB, with the verdict left to the comparison', async () => {
    const [baseline, candidate] = [await server(timed(2)), await server(timed(2))]
    const { result } = await runComparison({
      ...{ ...scenario, store: 'metrics', outputsDir: mkdtempSync(join(folder, 'sides-')) },
      ...{ baseline: baseline.url, candidate: candidate.url, regressions },
    })
    const reader = readResultDb(result.candidate.resultDbPath!)
    const own = resultSchema.parse(reader.facts.result)
    reader.close()
    expect(own).toMatchObject({ verdict: 'none', errors: result.candidate.errors })
    expect(own.summary.totalRequests).toBe(result.candidate.totalRequests)
    expect(own.distributions).toEqual(result.candidate.distributions)
  })
})

describe('bad input is refused before anything is started', () => {
  const good = { baseline: 'http://127.0.0.1:1', candidate: 'http://127.0.0.1:2', regressions: { qps: '5 %' } }
  test.each<[Record<string, unknown>, string]>([
    [{ regressions: undefined }, 'option "regressions": nothing to compare'],
    [{ regressions: { qps: '5' } }, 'regression "qps 5": the tolerance "5" has no unit'],
    [{ baseline: undefined }, 'option "baseline": missing; give a URL, or what to start'],
    [{ baseline: { comand: 'x' } }, 'option "baseline.comand": unknown, did you mean "command"?'],
    [{ candidate: { command: 'x' } }, 'option "candidate.readyUrl": missing'],
    [{ candidate: { cwd: '.' } }, 'option "candidate": readyUrl, cwd, env and readyTimeout go with a command'],
    [{ candidate: 'nowhere' }, 'candidate: option "url": "nowhere" is not a URL'],
    [{ url: 'http://127.0.0.1:3' }, 'option "url": a comparison has two'],
    [{ thresholds: { qps: '>= 1' } }, 'option "thresholds": a comparison has regressions instead'],
    [{ parallel: [1, 2] }, 'option "parallel": a comparison runs at one level'],
    [{ duration: 5 }, 'option "duration": a comparison sends a number of requests'],
    [{ confidence: 95 }, 'option "confidence": too big'],
    [{ blocks: 4, maxBlocks: 4 }, '4 pairs of blocks can decide nothing at confidence 0.95; at least 6 are needed'],
    [{ blocks: 20, maxBlocks: 10 }, 'option "maxBlocks": 10 is fewer than blocks (20)'],
    [{ paralel: 2 }, 'option "paralel": unknown, did you mean "parallel"?'],
    [{ regressions: { goodput: '5 %' } }, 'goodput counts the requests that meet the objectives'],
    [{ executor: 'ramping-concurrency' }, 'cannot be divided into like blocks'],
  ])('%j', (change, message) => {
    expect(() => resolveComparison({ ...good, ...change })).toThrow(ConfigError)
    expect(() => resolveComparison({ ...good, ...change })).toThrow(message)
  })

  it('leaves no file', async () => {
    const empty = mkdtempSync(join(folder, 'none-'))
    await expect(runComparison({ ...good, regressions: { qps: 'x' }, outputsDir: empty })).rejects.toThrow(ConfigError)
    expect(existsSync(empty) && readdirSync(empty)).toEqual([])
  })
})
