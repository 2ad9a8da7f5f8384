/** Where the commands of docs/evalscope.md run: a folder with the files they name, and one server for all of them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { encode } from 'fast-png'
import { type RequestTruth, startServer } from '../../../fixtures/index.ts'
import { main } from '../../../src/cli/index.ts'
import { type Outcome, runPerfBenchmark } from '../../../src/run/index.ts'
import { fakeWorld } from '../../cli/fakeWorld.ts'
import { BIN } from '../../program.ts'
import { myApi } from './page.ts'

export interface Ran {
  command: string
  /** Everything that reached the server, the connection test first. */
  requests: RequestTruth[]
  /** The same without the connection test. */
  sent: RequestTruth[]
  code: number
  out: string
  err: string
  /** Of commands that run a scenario. */
  outcome: Outcome | undefined
}

export interface Place {
  /** Of chat completions. */
  url: string
  run(command: string): Promise<Ran>
  close(): Promise<void>
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const program = `${process.execPath} ${BIN}`

export const png = Buffer.from(encode({ width: 2, height: 2, data: new Uint8Array(12), channels: 3 }))
export const instruction = 'Read the whole of this report on the harbour, and say what the harbour master wants.'

const jsonl = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const user = (content: string) => ({ role: 'user', content })

const FILES: Record<string, string | Uint8Array> = {
  'my-api.js': myApi,
  'package.json': '{"type":"module"}',
  'questions.jsonl': jsonl({ question: 'First?' }, { question: 'Second?' }, { question: 'Third?' }),
  'prompt.txt': 'From a file?',
  'body.json': '{"user":"from-a-file"}',
  'instructions.json': JSON.stringify([{ instruction }, { instruction: 'Too short' }, { instruction }]),
  'cache/modelscope/datasets/AI-ModelScope/LongAlpaca-12k/LongAlpaca-12k.json': '[{"instruction":"From the cache."}]',
  'lines.txt': `A text.\n${JSON.stringify([user('Hi')])}\n{"messages":[{"role":"user","content":"Ho"}],"top_k":7}\n`,
  'riddles.js': `export default ['What has keys?', { text: 'What gets wetter?', maxTokens: 3 }]\n`,
  'book.txt': 'It was a bright day in the city, and everyone came to ask why. '.repeat(10),
  'texts.txt': 'first text\nsecond text\nthird text\n',
  'pairs.jsonl': jsonl({ query: 'q1', documents: ['a', 'b'] }, { query: 'q2', documents: ['c'] }),
  'sharegpt.jsonl': jsonl({
    conversation: [
      { human: 'Hi', assistant: 'Hello' },
      { human: 'Why?', assistant: 'So.' },
    ],
  }),
  'talks.jsonl': jsonl([user('a1'), user('a2'), user('a3')], [user('b1'), user('b2')], [user('c1')]),
  'trajectories.jsonl': jsonl({
    messages: [user('bug'), { role: 'assistant', content: 'ls' }, { role: 'tool', content: 'a.py' }],
  }),
  'traces.jsonl': jsonl({
    input_prompt_length: 30,
    num_turns: 1,
    assistant_response_length: [3],
    tool_call_output_length: [12],
    tool_call_latency: [0.02],
    final_assistant_response_length: 2,
  }),
  'trace.jsonl': jsonl(
    { body: { model: 'big', messages: [user('t1')] }, timestamp: 10, completion_tokens: 2 },
    { body: { model: 'other', messages: [user('t2')] }, timestamp: 10.2, completion_tokens: 7 },
  ),
  'flickr/captions.txt': 'image,caption\na.png,A dog runs\nb.png,A child jumps\n',
  'flickr/Images/a.png': png,
  'flickr/Images/b.png': png,
  'kontext/metadata.jsonl': jsonl(
    { file_name: 'a.png', instruction: 'Make it night' },
    { file_name: 'a.png', instruction: 'Make it day' },
  ),
  'kontext/a.png': png,
  // `vllm serve any --host 127.0.0.1 --port n`: what it takes here is the last word.
  'bin/vllm': `#!/bin/sh\nexec ${program} serve --port "$6"\n`,
}

/** Of other commands no result DB is looked into, and a third of their time is saved without one. */
const LOOKED_INTO = /--(name|number 15|rate|open-loop|warmup-num|duration|db-commit-interval)\b/

export async function openPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-evalscope-'))
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content, { mode: 0o755 })
  }
  symlinkSync(join(root, 'test/tokens/data/bpe'), join(folder, 'tokenizer'))
  const server = await startServer({ ttft: { meanMs: 8 }, itl: { meanMs: 4 }, outputTokens: 5 })
  const home = process.cwd()
  process.chdir(folder)
  process.env['PERFGATE_CACHE'] = join(folder, 'cache')
  process.env['PATH'] = join(folder, 'bin') + delimiter + process.env['PATH']
  const memory = new Map<string, Promise<Ran>>()

  async function runOnce(command: string): Promise<Ran> {
    const words = wordsOf(
      command
        .replaceAll('http://127.0.0.1:8000', new URL(server.url).origin)
        .replace("'npx perfgate serve", `'${program} serve`)
        .replace(/--port \d+/, `--port ${await freePort()}`),
    )
    // On a busy machine the client may be the bottleneck: that is not what is asked here.
    const policy = words[0]!.startsWith('--url') || words[0] === 'sweep' ? ['--on-invalid', 'warn'] : []
    if (policy.length > 0 && !LOOKED_INTO.test(command)) policy.push('--store', 'none')
    const before = server.requests.length
    const world = fakeWorld({ columns: 200 })
    let outcome: Outcome | undefined
    const code = await main([...words, ...policy], world, async (config, hooks) => {
      outcome = await runPerfBenchmark(config, hooks)
      return outcome
    })
    const requests = server.requests.slice(before)
    const sent = command.includes('--no-test-connection') ? requests : requests.slice(1)
    return { command, requests, sent, code, out: world.out(), err: world.err(), outcome }
  }

  return {
    url: `${server.url}/chat/completions`,
    /** A command that several rows share runs once. */
    run(command) {
      const known = memory.get(command) ?? runOnce(command)
      memory.set(command, known)
      return known
    },
    async close() {
      process.chdir(home)
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Words as a shell would take them: single quotes keep theirs together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
}

/** Rows of the result DB of a run. */
export function dbRows(ran: Ran): Record<string, unknown>[] {
  const db = new DatabaseSync(ran.outcome!.resultDbPath!, { readOnly: true })
  try {
    return db.prepare('SELECT * FROM result').all()
  } finally {
    db.close()
  }
}

/** The client may have an answer before the server notes that it is out. */
const NOTED_MS = 1

/** Most requests that were at the server at once. */
export function mostAtOnce(sent: readonly RequestTruth[]): number {
  const isThere = (one: RequestTruth, at: number): boolean => one.receivedAt <= at && one.endedAt! > at + NOTED_MS
  return Math.max(...sent.map(({ receivedAt }) => sent.filter((one) => isThere(one, receivedAt)).length))
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
