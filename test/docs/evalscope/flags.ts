/** EvalScope's flags, and what each must do to what reaches the server; a flag that changes nothing there, elsewhere. */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'vitest'
import { loadTokenizer } from '../../../src/tokens/index.ts'
import { dbRows, mostAtOnce, type Ran } from './place.ts'

type Check = (...ran: [Ran, ...Ran[]]) => void

export const tokenizer = await loadTokenizer({
  tokenizerPath: new URL('../../tokens/data/bpe', import.meta.url).pathname,
})
const sample = readFileSync(new URL('../../../fixtures/datasets/openqa.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .slice(0, 4)
  .map((line) => (JSON.parse(line) as { question: string }).question)

type Body = { messages: { role: string; content: string }[]; prompt: string; [other: string]: unknown }
export const bodies = ({ sent }: Ran): Body[] => sent.map(({ body }) => body as Body)
export const contents = (ran: Ran): string[] => bodies(ran).map(({ messages }) => messages.at(-1)!.content)
export const paths = ({ sent }: Ran): string[] => [...new Set(sent.map(({ path }) => path))]
const chat = (text: string): number => tokenizer.countMessages([{ role: 'user', content: text }])
const config = ({ outcome }: Ran): Record<string, unknown> => outcome!.result.config
const totals = ({ outcome }: Ran): number[] => outcome!.results.map(({ summary }) => summary.totalRequests)
const within = (value: number, [low, high]: [number, number]): void => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

/** This field of every body that arrived. */
const field =
  (name: string, value: unknown): Check =>
  (ran) => {
    expect(ran.sent).toHaveLength(2)
    for (const body of bodies(ran)) expect(body[name]).toEqual(value)
  }
/** What reaches no server is in the result, and has tests of its own in test/run. */
const resolved =
  (name: string, value: unknown): Check =>
  (ran) =>
    expect(config(ran)[name]).toEqual(value)
const satisfied: Check = ({ out, outcome, sent }) => {
  expect(out).toContain('Capacity search, levels tried:')
  expect(out).toContain('Max satisfied:')
  const { steps, criteria } = outcome!.capacity!
  const levels = steps.map(({ level }) => level)
  // Doubled from one to the upper bound; the search for the best may look between.
  expect(levels.slice(0, 3)).toEqual([1, 2, 4])
  expect([[], [3]]).toContainEqual(levels.slice(3))
  expect(new Set(steps.map(({ runs }) => runs))).toEqual(new Set([1]))
  expect(sent).toHaveLength(levels.reduce((sum, level) => sum + 2 * level, 0))
  expect(criteria.map(({ kind }) => kind)).toEqual(['limit', 'optimum'])
  expect(criteria[0]).toMatchObject({ maxSatisfied: 4, atUpperBound: true })
  expect(criteria[0]!.values).toHaveLength(8)
}
const images: Check = (ran) => {
  for (const { messages } of bodies(ran)) {
    const parts = messages[0]!.content as unknown as { type: string; image_url: { url: string } }[]
    expect(parts.map(({ type }) => type)).toEqual(['text', 'image_url', 'image_url'])
    for (const { image_url: image } of parts.slice(1)) {
      // The header of a PNG: width, height, bits, and the colour type, 0 for grey.
      const bytes = Buffer.from(image.url.split(',')[1]!, 'base64')
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[25]]).toEqual([32, 24, 0])
    }
  }
}
const lengths: Check = (tokens, characters) => {
  expect(tokens.sent).toHaveLength(4)
  for (const text of contents(tokens)) within(chat(text), [20, 60])
  for (const text of contents(characters!)) within([...text].length, [40, 60])
}

export const FLAGS: Record<string, Check> = {
  model: field('model', 'qwen2.5'),
  url: (ran) => expect(paths(ran)).toEqual(['/v1/chat/completions']),
  name: ({ outcome }) => {
    expect(outcome!.result.name).toBe('nightly')
    expect(basename(outcome!.resultDbPath!)).toMatch(/^qwen2\.5_nightly_benchmark_\d{8}_\d{6}\.db$/)
  },
  api: (ran) => expect(paths(ran)).toEqual(['/v1/chat/completions']),
  // The server keeps no key; that there was one it says.
  'api-key': ({ sent }) => expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['***', '***']),
  debug: ({ err }) => {
    expect(err).toMatch(/resolved options: \{.*"apiKey":"\*\*\*"/)
    expect(err).not.toContain('k-1')
  },
  port: ({ outcome, out, command }) => {
    expect(out).toMatch(/Succeed requests +\| 2 /)
    expect(command).toContain('--port 18978')
    expect(outcome!.result.endpoint.url).toBe(`http://127.0.0.1:${outcome!.result.config['port']}/v1/chat/completions`)
  },
  'total-timeout': resolved('totalTimeout', 60),
  'connect-timeout': resolved('connectTimeout', 5),
  'read-timeout': resolved('readTimeout', 30),
  headers: ({ requests }) => {
    for (const { headers } of requests) expect(headers).toMatchObject({ 'x-team': 'search', 'x-run': '7' })
  },
  'no-test-connection': ({ requests }) => expect(requests).toHaveLength(2),
  parallel: ({ outcome }) => expect(outcome!.results.map(({ summary }) => summary.concurrency)).toEqual([1, 2]),
  number: (ran) => {
    expect(totals(ran)).toEqual([4, 6])
    expect(ran.sent).toHaveLength(10)
  },
  'sleep-interval': ({ sent }) => expect(sent[4]!.receivedAt - sent[3]!.endedAt!).toBeGreaterThanOrEqual(200),
  rate: (ran) => {
    const due = dbRows(ran)
      .map((row) => Number(row['scheduled_time']) * 1000)
      .sort((a, b) => a - b)
    const arrived = ran.sent.map(({ receivedAt }) => performance.timeOrigin + receivedAt)
    expect(arrived).toHaveLength(10)
    // None before it is due; and the times between them are drawn, 20 ms on average (nine of them: 0.3 to 3 times that).
    for (const [i, time] of arrived.entries()) expect(time).toBeGreaterThan(due[i]! - 1)
    const gaps = due.slice(1).map((time, i) => Math.round(time - due[i]!))
    expect(new Set(gaps).size).toBeGreaterThan(4)
    within((due.at(-1)! - due[0]!) / 9, [6, 60])
  },
  'open-loop': (ran) => {
    expect(ran.outcome!.results.map(({ summary }) => summary.concurrency)).toEqual([null, null])
    expect(totals(ran)).toEqual([20, 20])
    // 400 a second, and 8 ms for each: with the default of one connection no two would meet.
    expect(mostAtOnce(ran.sent.slice(20))).toBeGreaterThan(1)
  },
  'warmup-num': (count, share) => {
    expect([count.sent.length, share!.sent.length]).toEqual([8, 9])
    expect([totals(count), totals(share!)]).toEqual([[6], [6]])
    for (const [ran, warm] of [[count, 2] as const, [share!, 3] as const])
      expect(dbRows(ran).filter((row) => row['warmup'] === 1)).toHaveLength(warm)
  },
  duration: (ran) => {
    const starts = dbRows(ran).map((row) => Number(row['start_time']))
    expect(starts.length).toBe(ran.sent.length)
    expect(starts.length).toBeGreaterThan(2)
    expect(Math.max(...starts) - Math.min(...starts)).toBeLessThanOrEqual(0.5)
    expect(ran.outcome!.summary).toMatchObject({ failedRequests: 0, succeededRequests: ran.sent.length })
  },
  'log-every-n-query': ({ err }) => {
    // Without the flag there is no line before five seconds are over.
    expect(err).toMatch(/^measuring 10\/10, /m)
  },
  stream: (streamed, whole) => {
    for (const body of bodies(streamed))
      expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    for (const body of bodies(whole!)) {
      expect(body['stream']).toBe(false)
      expect(body).not.toHaveProperty('stream_options')
    }
  },
  'sla-auto-tune': satisfied,
  'sla-variable': satisfied,
  'sla-params': satisfied,
  'sla-lower-bound': satisfied,
  'sla-upper-bound': satisfied,
  'sla-num-runs': satisfied,
  'sla-number-multiplier': satisfied,
  'sla-fixed-parallel': ({ sent, outcome }) => {
    expect(outcome!.capacity!.steps.map(({ level }) => level)).toEqual([100, 200])
    expect(sent).toHaveLength(10 + 20)
    expect(mostAtOnce(sent)).toBeLessThanOrEqual(2)
  },
  dataset: (ran) => expect(contents(ran)).toEqual(['Second?', 'Third?']),
  'dataset-path': (ran) => expect(contents(ran)).toEqual(['Second?', 'Third?']),
  'data-source': (ran) => expect(contents(ran)).toEqual(['From the cache.', 'From the cache.']),
  'dataset-args': (ran) => expect(bodies(ran).map(({ prompt }) => tokenizer.count(prompt))).toEqual([8, 8]),
  'dataset-offset': (ran) => expect(contents(ran)).toEqual(['Second?', 'Third?']),
  prompt: (text, file) => {
    expect(contents(text)).toEqual(Array(2).fill('Why is the sky blue?'))
    expect(contents(file!)).toEqual(Array(2).fill('From a file?'))
  },
  'query-template': (text, file) => {
    for (const body of bodies(text)) expect(body).toMatchObject({ user: 'load-test', model: 'qwen2.5' })
    for (const body of bodies(file!)) expect(body['user']).toBe('from-a-file')
    expect(contents(text)).toEqual(sample.slice(0, 2))
  },
  'apply-chat-template': (ran) => {
    for (const { prompt } of bodies(ran))
      expect(prompt).toMatch(/^<\|im_start\|>user\n.*<\|im_end\|>\n<\|im_start\|>assistant\n$/s)
  },
  'max-prompt-length': lengths,
  'min-prompt-length': lengths,
  'tokenizer-path': lengths,
  'prefix-length': (ran) => {
    expect(contents(ran).map(chat)).toEqual([60, 60, 60])
    expect(new Set(contents(ran).map((text) => tokenizer.encode(text).slice(0, 20).join())).size).toBe(1)
    expect(new Set(contents(ran)).size).toBe(3)
  },
  'tokenize-prompt': (ran) => {
    expect(paths(ran)).toEqual(['/v1/completions'])
    expect(bodies(ran).map(({ prompt }) => prompt)).toEqual(sample.slice(0, 2).map((text) => tokenizer.encode(text)))
  },
  'image-width': images,
  'image-height': images,
  'image-format': images,
  'image-num': images,
  'num-workers': (ran) => expect(contents(ran).map(chat)).toEqual([30, 30, 30]),
  'max-tokens': (one, range) => {
    field('max_tokens', 4)(one)
    expect(range!.sent).toHaveLength(4)
    for (const body of bodies(range!)) expect([2, 3, 4]).toContain(body['max_tokens'])
  },
  'min-tokens': (ran) => {
    field('min_tokens', 8)(ran)
    // By itself the server says five.
    expect(ran.sent.map(({ outputTokens }) => outputTokens)).toEqual([8, 8])
  },
  temperature: field('temperature', 0.7),
  'top-p': field('top_p', 0.9),
  'top-k': field('top_k', 20),
  seed: field('seed', 42),
  stop: field('stop', ['END', 'a b']),
  'stop-token-ids': field('stop_token_ids', [7, 8]),
  'n-choices': (ran) => {
    field('n', 3)(ran)
    expect(ran.outcome!.summary.outputTokensPerRequest).toBe(15)
  },
  'frequency-penalty': field('frequency_penalty', 0.5),
  'repetition-penalty': field('repetition_penalty', 1.1),
  logprobs: field('logprobs', true),
  'extra-args': (ran) => {
    field('ignore_eos', true)(ran)
    field('max_tokens', 6)(ran)
  },
  'multi-turn': (ran) => {
    const asked = bodies(ran).map(({ messages }) => messages.filter(({ role }) => role === 'user'))
    expect(asked.map((messages) => messages.map(({ content }) => content).join()).sort()).toEqual([
      'a1',
      'a1,a2',
      'a1,a2,a3',
      'b1',
      'b1,b2',
      'c1',
    ])
    expect(mostAtOnce(ran.sent)).toBeLessThanOrEqual(2)
    // Between two questions stands what the server answered.
    const last = bodies(ran).find(({ messages }) => messages.length === 5)!
    expect(last.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    expect(last.messages[1]!.content).not.toBe('')
  },
  'min-turns': (ran) => expect(contents(ran)).toEqual(['a1', 'a2', 'a3']),
  'max-turns': (ran) => expect(contents(ran)).toEqual(['a1', 'a2', 'a3']),
  'outputs-dir': () => expect(existsSync('results/qwen2.5_plain_benchmark.db')).toBe(true),
  'no-timestamp': () => expect(existsSync('results/qwen2.5_plain_benchmark.json')).toBe(true),
  visualizer: (...all) => {
    for (const [i, tracker] of ['wandb', 'swanlab', 'clearml'].entries()) {
      const folder = all[i]!.outcome!.resultDbPath!.replace(/db$/, tracker)
      expect(readFileSync(`${folder}/upload.py`, 'utf8')).toContain(tracker)
      expect(readFileSync(`${folder}/history.jsonl`, 'utf8').trim().split('\n')).toHaveLength(2)
    }
  },
  'enable-progress-tracker': () =>
    expect(JSON.parse(readFileSync('watched/progress.json', 'utf8'))).toMatchObject({ status: 'done', percent: 100 }),
  'db-commit-interval': (ran) => {
    resolved('dbCommitInterval', 5)(ran)
    expect(dbRows(ran)).toHaveLength(12)
  },
}
