/** Conversations against the embedded server: what reached it, in which order, and what is said of it. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { type EmbeddedServer, type ServerOptions, startServer } from '../../fixtures/index.ts'
import { tokenText } from '../../fixtures/script.ts'
import type { RequestTruth } from '../../fixtures/state.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function server(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const started = await startServer({ ttft: { meanMs: 3 }, itl: { meanMs: 0 }, outputTokens: 6, ...options })
  closers.push(() => started.close())
  return started
}

interface Message {
  role: string
  content: string
}
interface Row {
  conversation: number
  turn: number
  turns: number
  request: string
  response_messages: string
  start_time: number
  scheduled_time: number
  completed_time: number
  time_to_first_token: number
  worker: number
  warmup: number
  success: number
  cached_tokens: number | null
  prompt_tokens: number
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))
/** Conversation c says `c<c> t<t>` in its turn t; turn counts as given. */
function dataset(...turnCounts: number[]): { dataset: string; datasetPath: string } {
  const path = join(folder(), 'talks.jsonl')
  const lines = turnCounts.map((turns, c) =>
    JSON.stringify({
      messages: Array.from({ length: turns }, (_, t) => [
        { role: 'user', content: `c${c} t${t}` },
        { role: 'assistant', content: 'recorded, never sent' },
      ]).flat(),
    }),
  )
  writeFileSync(path, lines.join('\n'))
  return { dataset: 'custom_multi_turn', datasetPath: path }
}

const base = () => ({ model: 'm', noTestConnection: true, outputsDir: folder(), multiTurn: true })

function rowsOf(path: string | null): Row[] {
  const db = new DatabaseSync(path!, { readOnly: true })
  const rows = db.prepare('select * from result order by conversation, turn').all() as unknown as Row[]
  db.close()
  return rows
}

/** A text, or parts of one. */
const textOfContent = (content: unknown): string =>
  typeof content === 'string' ? content : (content as { text: string }[]).map(({ text }) => text).join('')
const messagesOf = ({ body }: RequestTruth): Message[] => (body as { messages: Message[] }).messages
/** The requests of one conversation, in order of arrival. */
const ofConversation = (requests: readonly RequestTruth[], c: number): RequestTruth[] =>
  requests.filter((request) => messagesOf(request)[0]!.content === `c${c} t0`)

describe('a conversation', () => {
  it('sends the history with the real answers of the server, turn after turn', async () => {
    const { url, requests } = await server()
    const { resultDbPath, result } = await runPerfBenchmark({ ...base(), ...dataset(3, 2), url, number: 2 })
    const rows = rowsOf(resultDbPath)
    expect(rows.map(({ conversation, turn, turns }) => [conversation, turn, turns])).toEqual([
      [0, 0, 3],
      [0, 1, 3],
      [0, 2, 3],
      [1, 0, 2],
      [1, 1, 2],
    ])
    const answers = rows.map(({ response_messages: text }) => text)
    expect(new Set(answers).size).toBe(5)
    expect(requests.map(messagesOf)).toEqual([
      [{ role: 'user', content: 'c0 t0' }],
      [
        { role: 'user', content: 'c0 t0' },
        { role: 'assistant', content: answers[0] },
        { role: 'user', content: 'c0 t1' },
      ],
      [
        { role: 'user', content: 'c0 t0' },
        { role: 'assistant', content: answers[0] },
        { role: 'user', content: 'c0 t1' },
        { role: 'assistant', content: answers[1] },
        { role: 'user', content: 'c0 t2' },
      ],
      [{ role: 'user', content: 'c1 t0' }],
      [
        { role: 'user', content: 'c1 t0' },
        { role: 'assistant', content: answers[3] },
        { role: 'user', content: 'c1 t1' },
      ],
    ])
    // What is stored is what was sent.
    expect(rows.map(({ request }) => JSON.parse(request))).toEqual(requests.map(({ body }) => body))
    // Each body asks for the same as the first one does.
    for (const { body } of requests) {
      const { messages: _, ...rest } = body as Record<string, unknown>
      const { messages: __, ...first } = requests[0]!.body as Record<string, unknown>
      expect(rest).toEqual(first)
    }
    expect(result.conversations).toMatchObject({ total: 2, completed: 2, abandoned: 0, unfinished: 0 })
    expect(result.conversations!.perTurn.map(({ turn, succeeded }) => [turn, succeeded])).toEqual([
      [1, 2],
      [2, 2],
      [3, 1],
    ])
    expect(result.summary).toMatchObject({ totalRequests: 5, expectedRequests: 5 })
    expect(result.distributions['conversationTurns']).toMatchObject({ n: 2, mean: 2.5 })
    expect(result.distributions['firstTurnTtft']!.n).toBe(2)
    expect(result.distributions['laterTurnTtft']!.n).toBe(3)
  })

  it('is held without a stream too', async () => {
    const { url, requests } = await server()
    const { resultDbPath } = await runPerfBenchmark({ ...base(), ...dataset(2), url, number: 1, stream: false })
    expect(messagesOf(requests[1]!)[1]).toEqual({
      role: 'assistant',
      content: rowsOf(resultDbPath)[0]!.response_messages,
    })
  })

  it('keeps the model’s reasoning out of the history, in a stream and without', async () => {
    for (const stream of [true, false]) {
      const { url, requests } = await server({ reasoningTokens: 4, outputTokens: 9 })
      const { resultDbPath } = await runPerfBenchmark({ ...base(), ...dataset(2), url, number: 1, stream })
      const { content } = messagesOf(requests[1]!)[1]!
      const stored = rowsOf(resultDbPath)[0]!.response_messages
      // What was stored begins with the reasoning; five of nine tokens were said.
      expect(stored.endsWith(content)).toBe(true)
      expect(stored.length).toBeGreaterThan(content.length)
      expect(content).toBe(Array.from({ length: 5 }, (_, i) => tokenText(0, 0, 4 + i)).join(''))
    }
  })

  it.each([
    ['anthropic', '/messages', (sent: unknown) => (sent as { messages: Message[] }).messages],
    ['openai_responses', '/responses', (sent: unknown) => (sent as { input: Message[] }).input],
  ])('is held through the API %s, whose bodies are of another form', async (api, path, read) => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({ ...base(), ...dataset(2), url: `${url}${path}`, api, number: 1 })
    expect(result.summary.failedRequests).toBe(0)
    const history = read(requests[1]!.body).map(({ role, content }) => [role, textOfContent(content)])
    const answer = Array.from({ length: 6 }, (_, i) => tokenText(0, 0, i)).join('')
    expect(history).toEqual([
      ['user', 'c0 t0'],
      ['assistant', answer],
      ['user', 'c0 t1'],
    ])
  })

  it('asks the completions endpoint with all that was said, as one prompt', async () => {
    const { url, requests } = await server()
    const { resultDbPath } = await runPerfBenchmark({ ...base(), ...dataset(2), url: `${url}/completions`, number: 1 })
    const [first] = rowsOf(resultDbPath)
    expect((requests[1]!.body as { prompt: string }).prompt).toBe(`c0 t0\n${first!.response_messages}\nc0 t1`)
  })

  it('has its turns one after the other, each due after the answer before it and the think time', async () => {
    const { url, requests } = await server()
    const { resultDbPath } = await runPerfBenchmark({
      ...base(),
      ...dataset(3, 3, 3),
      url,
      parallel: 3,
      number: 3,
      thinkTime: 40,
    })
    const rows = rowsOf(resultDbPath)
    for (const row of rows.filter(({ turn }) => turn > 0)) {
      const before = rows.find((other) => other.conversation === row.conversation && other.turn === row.turn - 1)!
      // Unix seconds as doubles resolve a fraction of a microsecond.
      expect(row.scheduled_time - before.completed_time).toBeCloseTo(0.04, 5)
      expect(row.start_time).toBeGreaterThanOrEqual(row.scheduled_time - 1e-6)
    }
    for (const c of [0, 1, 2]) {
      const turns = ofConversation(requests, c)
      expect(turns.map((request) => messagesOf(request).length)).toEqual([1, 3, 5])
      for (let t = 1; t < 3; t++) expect(turns[t]!.receivedAt - turns[t - 1]!.endedAt!).toBeGreaterThan(39)
    }
  })

  it('is abandoned when a turn fails: no further turn is sent, and it is counted', async () => {
    const { url, requests } = await server({ models: ['m'], maxBodyBytes: 700 })
    const path = join(folder(), 'talks.jsonl')
    const talk = (second: string) =>
      JSON.stringify({ messages: ['first', second, 'third'].map((content) => ({ role: 'user', content })) })
    // The server refuses the second turn of the second conversation for its length.
    writeFileSync(path, [talk('short'), talk('x'.repeat(800))].join('\n'))
    const turnsInOne = { ...base(), dataset: 'custom_multi_turn', datasetPath: path, url }
    const { result, resultDbPath } = await runPerfBenchmark({ ...turnsInOne, number: 2, parallel: 2 })
    expect(result.conversations).toMatchObject({
      total: 2,
      completed: 1,
      abandoned: 1,
      turnsFailed: 1,
      turnsBeforeAbandoned: 1,
    })
    expect(rowsOf(resultDbPath).map(({ conversation, turn, success }) => [conversation, turn, success])).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [0, 2, 1],
      [1, 0, 1],
      [1, 1, 0],
    ])
    expect(requests).toHaveLength(4)
    expect(result.errors).toEqual({ 'http-4xx': 1 })
  })
})

describe('many conversations', () => {
  it('go on at once as many as parallel says, and never more, also while users think', async () => {
    const { url, requests } = await server()
    await runPerfBenchmark({
      ...base(),
      ...dataset(...Array<number>(9).fill(2)),
      url,
      parallel: 3,
      number: 9,
      thinkTime: 15,
      workers: 2,
    })
    const spans = Array.from({ length: 9 }, (_, c) => {
      const turns = ofConversation(requests, c)
      expect(turns).toHaveLength(2)
      return [turns[0]!.receivedAt, turns[1]!.endedAt!] as const
    })
    const edges = spans
      .flatMap(
        ([from, to]) =>
          [
            [from, 1],
            [to, -1],
          ] as [number, number][],
      )
      .sort(([a, x], [b, y]) => a - b || x - y)
    let now = 0
    const most = Math.max(...edges.map(([, change]) => (now += change)))
    expect(most).toBe(3)
  })

  it('are split over threads; each stays on one', async () => {
    const { url } = await server()
    const { resultDbPath, result } = await runPerfBenchmark({
      ...base(),
      ...dataset(2, 3, 2, 3),
      url,
      parallel: 4,
      number: 8,
      workers: 2,
    })
    const rows = rowsOf(resultDbPath)
    expect(rows).toHaveLength(20)
    const threads = Map.groupBy(rows, ({ conversation }) => conversation)
    expect(threads.size).toBe(8)
    for (const turns of threads.values()) expect(new Set(turns.map(({ worker }) => worker)).size).toBe(1)
    expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2)
    expect(result.conversations).toMatchObject({ total: 8, completed: 8 })
    expect(result.summary.expectedRequests).toBe(20)
  })

  it('warm up first, in no figure', async () => {
    const { url } = await server()
    const { resultDbPath, result } = await runPerfBenchmark({ ...base(), ...dataset(2), url, number: 3, warmupNum: 2 })
    expect(rowsOf(resultDbPath).filter(({ warmup }) => warmup === 1)).toHaveLength(4)
    expect(result.conversations).toMatchObject({ total: 3, completed: 3 })
    expect(result.summary.totalRequests).toBe(6)
  })

  it('end softly with the duration: answers finish, thoughts do not become turns', async () => {
    const { url, requests } = await server()
    const { result, resultDbPath } = await runPerfBenchmark({
      ...base(),
      ...dataset(50),
      url,
      parallel: 2,
      duration: 0.3,
      thinkTime: 20,
    })
    expect(result.summary.failedRequests).toBe(0)
    expect(result.summary.succeededRequests).toBe(requests.length)
    expect(result.conversations).toMatchObject({ total: 2, completed: 0, abandoned: 0, unfinished: 2 })
    const due = rowsOf(resultDbPath).map(({ scheduled_time: at }) => at)
    expect(Math.max(...due) - Math.min(...due)).toBeLessThan(0.3)
  })

  it('stop when the run is aborted, keeping what was measured', async () => {
    const { url } = await server()
    const stop = new AbortController()
    const { result } = await runPerfBenchmark(
      { ...base(), ...dataset(1000), url, parallel: 2, number: 2 },
      { signal: stop.signal, onProgress: ({ done }) => done > 5 && stop.abort() },
    )
    expect(result.interrupted).toBe(true)
    expect(result.summary.failedRequests).toBe(0)
    expect(result.conversations).toMatchObject({ total: 2, completed: 0, unfinished: 2 })
  })

  it('sample maxTokens for each turn where a range is given', async () => {
    const { url, requests } = await server({ outputTokens: 50 })
    await runPerfBenchmark({ ...base(), ...dataset(4, 4, 4), url, number: 3, maxTokens: [2, 9] })
    const limits = requests.map(({ body }) => (body as { max_tokens: number }).max_tokens)
    expect(limits).toHaveLength(12)
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...limits)).toBeLessThanOrEqual(9)
    expect(new Set(limits).size).toBeGreaterThan(2)
    expect(requests.map(({ outputTokens }) => outputTokens)).toEqual(limits)
  })

  it('thresholds on first and later turns, and on conversations, decide the verdict', async () => {
    const { url } = await server()
    const { result } = await runPerfBenchmark({
      ...base(),
      ...dataset(3),
      url,
      number: 4,
      thresholds: {
        'p99(firstTurnTtft)': '< 10 s',
        'p99(laterTurnTtft)': '< 1 us',
        p50_conversation_duration: '< 60 s',
        'avg(conversationTurns)': '== 3',
        completedConversations: '== 4',
        abandonedConversations: '== 0',
      },
    })
    expect(result.thresholds.map(({ verdict, n }) => [verdict, n])).toEqual([
      ['pass', 4],
      ['fail', 8],
      ['pass', 4],
      ['pass', 4],
      ['pass', 12],
      ['pass', 12],
      // The success rate that is judged beside them.
      ['pass', 12],
    ])
    expect(result.verdict).toBe('fail')
  })
})
