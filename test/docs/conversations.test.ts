/** Every command of docs/conversations.md, run as it stands against the embedded server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import type { RequestTruth } from '../../fixtures/state.ts'
import { main } from '../../src/cli/index.ts'
import { loadTokenCounter } from '../../src/tokens/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'

const docs = readFileSync(new URL('../../docs/conversations.md', import.meta.url), 'utf8')
const commands = [...docs.matchAll(/^npx perfgate (.*)$/gm)].map(([, words]) => words!)

const jsonl = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n')
const user = (content: string) => ({ role: 'user', content })
const FILES: Record<string, string> = {
  'talks.jsonl': jsonl(
    [user('a1'), user('a2'), user('a3')],
    [user('b1'), { role: 'assistant', content: 'recorded' }, user('b2')],
    { messages: [user('c1'), user('c2')] },
  ),
  'sharegpt.jsonl': jsonl({
    conversation: [
      { human: 'Hi', assistant: 'x' },
      { human: 'Why?', assistant: 'y' },
    ],
  }),
  'trajectories.jsonl': jsonl({
    messages: [
      { role: 'system', content: 'Mend.' },
      user('bug'),
      { role: 'assistant', content: 'ls' },
      { role: 'tool', content: 'a.py' },
    ],
  }),
  'agentic_dataset.json': JSON.stringify({
    conversations: [[{ messages: [user('bug')] }, { messages: [user('a.py')] }]],
  }),
  'traces.jsonl': jsonl({
    input_prompt_length: 30,
    num_turns: 1,
    assistant_response_length: [3],
    tool_call_output_length: [12],
    tool_call_latency: [0.05],
    final_assistant_response_length: 6,
  }),
  'trace.jsonl': jsonl(
    { body: { model: 'big', messages: [user('t1')] }, timestamp: 10, completion_tokens: 2 },
    {
      body: { model: 'other', messages: [user('t2')] },
      timestamp: 10.08,
      completion_tokens: 3,
      headers: { 'x-user': 'u' },
    },
    { body: { model: 'big', messages: [user('t3')] }, timestamp: 10.1 },
  ),
  'mooncake.jsonl': jsonl(
    { timestamp: 0, input_length: 20, output_length: 3, hash_ids: [1, 2, 3] },
    { timestamp: 60, input_length: 12, output_length: 2, hash_ids: [1, 4] },
  ),
}

const folder = mkdtempSync(join(tmpdir(), 'perfgate-conversations-'))
for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content)
const server = await startServer({ ttft: { meanMs: 3 }, itl: { meanMs: 0 }, outputTokens: 4 })
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})
const counter = await loadTokenCounter('qwen2.5')

interface Ran {
  sent: RequestTruth[]
  out: string
}
type Message = { role: string; content: string }
const messages = (request: RequestTruth): Message[] => (request.body as { messages: Message[] }).messages
/** In the order of the trace; Mooncake's longer prompt comes first. */
const textOf = (request: RequestTruth): string => {
  const { content } = messages(request)[0]!
  return content.startsWith('t') && content.length === 2 ? content : String(1000 - content.length)
}
/** What the user's side said in each request. */
const said = ({ sent }: Ran): string[][] =>
  sent.map((request) => messages(request).flatMap(({ role, content }) => (role === 'assistant' ? [] : [content])))
const lastLengths = ({ sent }: Ran): number[] => sent.map((request) => counter.count(messages(request).at(-1)!.content))
const limits = ({ sent }: Ran): unknown[] => sent.map(({ body }) => (body as { max_tokens: number }).max_tokens)
/** From the end of the answer before to the arrival of each request, milliseconds. */
const pauses = ({ sent }: Ran): number[] => sent.slice(1).map((request, i) => request.receivedAt - sent[i]!.endedAt!)

async function run(command: string): Promise<Ran> {
  const local = command
    .replaceAll('http://127.0.0.1:8000/v1', server.url)
    .replaceAll('http://127.0.0.1:8000', new URL(server.url).origin)
    .replace(/--dataset-path (\S+)/, (_, name: string) => `--dataset-path ${join(folder, name)}`)
  const words = [...local.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
  const before = server.requests.length
  const world = fakeWorld({ columns: 200 })
  const args = ['--no-test-connection', '--outputs-dir', join(folder, 'outputs'), '--on-invalid', 'warn']
  const code = await main([...words, ...args], world)
  expect(code, world.err()).toBe(0)
  const sent = server.requests.slice(before)
  // On a busy machine two requests of an open loop may overtake each other on their connections.
  if (command.includes('--open-loop')) sent.sort((a, b) => textOf(a).localeCompare(textOf(b)))
  return { sent, out: world.out() }
}

const TALKS = [['a1'], ['a1', 'a2'], ['a1', 'a2', 'a3'], ['b1'], ['b1', 'b2'], ['c1'], ['c1', 'c2']]
const sorted = (texts: string[][]): string[][] => texts.toSorted((a, b) => a.join().localeCompare(b.join()))

/** What must have happened, by what a command holds; the first that fits counts. */
const CHECKS: [part: string, check: (ran: Ran) => void][] = [
  [
    '--max-turns 2 --think-time 30',
    (ran) => {
      // The first two conversations of two turns or more, cut to two, one after the other.
      expect(said(ran)).toEqual([['a1'], ['a1', 'a2'], ['b1'], ['b1', 'b2']])
      for (const pause of [pauses(ran)[0]!, pauses(ran)[2]!]) expect(pause).toBeGreaterThan(29)
    },
  ],
  ['"kind":"lognormal"', (ran) => expect(said(ran)).toEqual(TALKS.slice(0, 5))],
  ['--parallel 2 --number 3', (ran) => expect(sorted(said(ran))).toEqual(TALKS)],
  [
    '--threshold',
    (ran) => {
      expect(said(ran)).toEqual(TALKS)
      expect(ran.out).toContain('pass, 4 of 4 thresholds kept')
      expect(ran.out).toMatch(/3 conversations: 3 completed, 0 abandoned/)
      expect(ran.out).toContain('Workload throughput:')
    },
  ],
  [
    '--prefix-length 10',
    (ran) => {
      const firsts = ran.sent.filter((request) => messages(request).length === 1)
      expect(firsts).toHaveLength(2)
      for (const length of lastLengths({ ...ran, sent: firsts }))
        expect([30, 50]).toEqual([Math.min(30, length), Math.max(50, length)])
      const prefixes = firsts.map((request) => messages(request)[0]!.content.split(' ').slice(0, 10).join(' '))
      expect(new Set(prefixes).size).toBe(1)
    },
  ],
  [
    '"first_turn_length": 60',
    (ran) => {
      for (const request of ran.sent) {
        const own = messages(request).filter(({ role }) => role === 'user')
        expect(counter.count(own[0]!.content)).toBe(60)
        for (const { content } of own.slice(1)) expect([5, 6, 7, 8, 9]).toContain(counter.count(content))
      }
    },
  ],
  ['share_gpt_zh_multi_turn', (ran) => expect(said(ran)).toEqual([['Hi'], ['Hi', 'Why?']])],
  ['share_gpt_en_multi_turn', (ran) => expect(said(ran)).toEqual([['Hi']])],
  [
    'trajectories.jsonl',
    (ran) =>
      expect(said(ran)).toEqual([
        ['Mend.', 'bug'],
        ['Mend.', 'bug', 'a.py'],
      ]),
  ],
  ['agentic_dataset.json', (ran) => expect(said(ran)).toEqual([['bug'], ['bug', 'a.py']])],
  [
    'trie_',
    (ran) => {
      expect(lastLengths(ran)).toEqual([30, 12])
      expect(limits(ran)).toEqual([3, 6])
      expect(pauses(ran)[0]).toBeGreaterThan(49)
      const { ignore_eos: ignores } = ran.sent[1]!.body as { ignore_eos?: boolean }
      // The server has 4 tokens to say by itself.
      expect(ran.sent.map(({ outputTokens }) => outputTokens)).toEqual([3, ignores ? 6 : 4])
    },
  ],
  [
    '"speed": 2, "model_mapping"',
    (ran) => {
      expect(ran.sent.map(({ body }) => (body as { model: string }).model)).toEqual(['small', 'qwen2.5'])
      expect(ran.sent.map(({ outputTokens }) => outputTokens)).toEqual([2, 3])
    },
  ],
  [
    '--dataset workload_trace',
    (ran) => {
      expect(said(ran)).toEqual([['t1'], ['t2'], ['t3']])
      expect(ran.sent.map(({ headers }) => headers['x-user'])).toEqual([undefined, 'u', undefined])
      expect(ran.out).toContain('Workload throughput:')
    },
  ],
  [
    '--dataset mooncake',
    (ran) => {
      expect(lastLengths(ran)).toEqual([20, 12])
      expect(limits(ran)).toEqual([3, 2])
    },
  ],
  [
    '--embedded',
    ({ out }) => {
      expect(out).toMatch(/2 conversations: 2 completed/)
      expect(out).toMatch(/prefix cache hits \d[\d.]* % of\s+tokens/)
      expect(out).toMatch(/cached\s+input\s+tokens\s+\d[\d.]* %/)
    },
  ],
  [
    '--metrics-url',
    ({ out, sent }) => {
      expect(out).toContain('Server side:')
      expect(out).toMatch(new RegExp(`output tokens +\\| ${sent.length * 4} +\\| ${sent.length * 4} +\\| 0 `))
    },
  ],
]

describe('the commands of docs/conversations.md', () => {
  it('are there', () => expect(commands.length).toBeGreaterThan(15))

  for (const command of commands)
    it(command.replace(/^--url \S+ /, ''), async () => {
      const ran = await run(command)
      const check = CHECKS.find(([part]) => command.includes(part))
      expect(check, 'a check for this command').toBeDefined()
      check![1](ran)
    })
})
