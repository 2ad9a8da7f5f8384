/** Every command of docs/datasets.md, run as it stands against the embedded server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'fast-png'
import { afterAll, describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { APIS } from '../../src/apis/index.ts'
import { main } from '../../src/cli/index.ts'
import { DATASETS } from '../../src/datasets/index.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'

const docs = readFileSync(new URL('../../docs/datasets.md', import.meta.url), 'utf8')
const commands = [...docs.matchAll(/^npx perfgate (.*)$/gm)].map(([, words]) => words!)
const riddles = /```ts\n(\/\/ riddles\.ts\n[\s\S]*?)```/.exec(docs)![1]!

const png = Buffer.from(encode({ width: 2, height: 2, data: new Uint8Array(12), channels: 3 }))
const instruction = 'Read the whole of this report on the harbour, and say in a sentence what the harbour master wants.'
const conversation = [
  { human: 'Hi', assistant: 'Hello' },
  { human: 'Why?', assistant: 'So.' },
]
const FILES: Record<string, string | Uint8Array> = {
  'questions.csv': 'id,question\n1,"Why, then?"\n2,How?\n',
  'instructions.json': JSON.stringify([
    { instruction },
    { instruction: 'Too short' },
    { instruction: `${instruction} Now.` },
  ]),
  'prompts.txt':
    'Tell me a story.\n[{"role":"user","content":"Hi"}]\n{"messages":[{"role":"user","content":"Ho"}],"top_k":7}\n',
  'sharegpt.jsonl': `${JSON.stringify({ conversation })}\n`,
  'book.txt': 'It was a bright day in the city, and everyone came to ask why. '.repeat(10),
  'lengths.csv': 'prompt_tokens\n7\n9\n',
  'mooncake.jsonl':
    '{"timestamp":0,"input_length":40,"output_length":3,"hash_ids":[1,2,3]}\n{"timestamp":1,"input_length":20,"output_length":2,"hash_ids":[1,4]}\n',
  'texts.txt': 'first text\nsecond text\nthird text\n',
  'pairs.jsonl': '{"query":"q1","documents":["a","b"]}\n{"query":"q2","passages":["c"]}\n',
  'riddles.ts': riddles,
  'flickr/captions.txt': 'image,caption\na.png,A dog runs\nb.png,A child jumps\n',
  'flickr/Images/a.png': png,
  'flickr/Images/b.png': png,
  'kontext/metadata.jsonl':
    '{"file_name":"a.png","instruction":"Make it night"}\n{"image":"https://example.org/b.png"}\n',
  'kontext/a.png': png,
}

const folder = mkdtempSync(join(tmpdir(), 'perfgate-commands-'))
for (const [name, content] of Object.entries(FILES)) {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
}
const server = await startServer({
  ttft: { kind: 'constant', meanMs: 0 },
  itl: { kind: 'constant', meanMs: 0 },
  outputTokens: 4,
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const tokenizerPath = fileURLToPath(new URL('../tokens/data/bpe', import.meta.url))
const tokenizer = await loadTokenizer({ tokenizerPath })
const gpt = await loadTokenizer({ model: 'qwen2.5' })
const image = `data:image/png;base64,${png.toString('base64')}`

interface Body {
  messages: { role: string; content: string }[]
  prompt: string
  input: string | string[]
  query: string
  documents: string[]
  max_tokens: number
  [other: string]: unknown
}
interface Sent {
  path: string
  body: Body
}

/** Runs a command with its address and files made real; what reached the server, in the order of the prompts. */
async function run(command: string): Promise<{ sent: Sent[]; out: string }> {
  const real = ['tokenizer-path tokenizer', ...Object.keys(FILES), 'flickr', 'kontext'].reduce(
    (text, name) => {
      if (name.startsWith('tokenizer-path')) return text.replace(name, `tokenizer-path ${tokenizerPath}`)
      // Within a longer path it is no name of its own.
      return text.replaceAll(new RegExp(`(?<=[ "])${name.replaceAll('.', '\\.')}(?=[" ]|$)`, 'g'), join(folder, name))
    },
    command.replace('http://127.0.0.1:8000/v1', server.url),
  )
  const words = [...real.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
  const before = server.requests.length
  const world = fakeWorld()
  const args = ['--no-test-connection', '--outputs-dir', join(folder, 'outputs'), '--on-invalid', 'warn']
  const code = await main([...words, ...args], world)
  expect(code, world.err()).toBe(0)
  const sent = server.requests.slice(before).map(({ path, body }) => ({ path, body: body as Body }))
  return { sent, out: world.out() }
}

const contents = (sent: Sent[]): unknown[] => sent.map(({ body }) => body.messages.at(-1)!.content)
const prompts = (sent: Sent[]): string[] => sent.map(({ body }) => body.prompt)
const chat = (text: string): number => tokenizer.countMessages([{ role: 'user', content: text }])

/** What must have reached the server, by what a command holds; the first that fits counts. */
const CHECKS: [part: string, check: (sent: Sent[], out: string) => void][] = [
  [
    'openqa --dataset-path questions.csv',
    (sent) => expect(contents(sent)).toEqual(['Why, then?', 'How?', 'Why, then?', 'How?']),
  ],
  [
    'dataset openqa --tokenizer-path tokenizer --min-prompt-length',
    (sent) => {
      for (const text of contents(sent) as string[]) {
        expect(chat(text)).toBeGreaterThanOrEqual(20)
        expect(chat(text)).toBeLessThanOrEqual(60)
      }
    },
  ],
  [
    '"prefix_file": "book.txt"',
    (sent) => {
      for (const {
        body: { messages },
      } of sent) {
        expect(messages.map(({ role }) => role)).toEqual(['system', 'user'])
        expect(messages.reduce((sum, { content }) => sum + tokenizer.count(content), 0)).toBe(500)
      }
    },
  ],
  [
    '--tokenize-prompt',
    (sent) => {
      for (const { path, body } of sent) {
        expect(path).toBe('/v1/completions')
        expect((body.prompt as unknown as number[]).every(Number.isInteger)).toBe(true)
      }
    },
  ],
  [
    '--apply-chat-template',
    (sent) => {
      for (const prompt of prompts(sent))
        expect(prompt).toMatch(/^<\|im_start\|>user\n.*<\|im_end\|>\n<\|im_start\|>assistant\n$/s)
    },
  ],
  [
    '--query-template',
    (sent) => {
      expect(sent[0]!.body).toMatchObject({
        user: 'load-test',
        metadata: { team: 'search' },
        model: 'qwen2.5',
        temperature: 0,
      })
      expect(sent[0]!.body.messages).toHaveLength(1)
    },
  ],
  ['dataset openqa', (sent) => expect(new Set(contents(sent)).size).toBe(4)],
  [
    '"target_input_len": 8',
    (sent) => {
      expect(prompts(sent).map((text) => tokenizer.count(text))).toEqual([8, 8])
      for (const text of prompts(sent)) expect(instruction.startsWith(text)).toBe(true)
    },
  ],
  ['dataset longalpaca', (sent) => expect(contents(sent)).toEqual([instruction, 'Too short'])],
  [
    'dataset line_by_line',
    (sent) => {
      expect(contents(sent)).toEqual(['Tell me a story.', 'Hi', 'Ho'])
      expect(sent[2]!.body['top_k']).toBe(7)
    },
  ],
  [
    'dataset share_gpt',
    (sent) => {
      for (const { body } of sent)
        expect(body.messages).toEqual([
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
          { role: 'user', content: 'Why?' },
        ])
    },
  ],
  [
    'dataset random ',
    (sent) => {
      const texts = contents(sent) as string[]
      expect(texts.map(chat)).toEqual([120, 120, 120])
      expect(new Set(texts.map((text) => tokenizer.encode(text).slice(0, 20).join())).size).toBe(1)
    },
  ],
  [
    '"lognormal"',
    (sent) => {
      for (const { body } of sent) {
        expect(tokenizer.count(body.prompt)).toBeLessThanOrEqual(230)
        expect([2, 3, 4]).toContain(body.max_tokens)
      }
      expect(new Set(prompts(sent).map((text) => tokenizer.encode(text).slice(0, 30).join())).size).toBeLessThanOrEqual(
        2,
      )
    },
  ],
  [
    '"empirical"',
    (sent) => {
      for (const text of prompts(sent)) expect([7, 9]).toContain(tokenizer.count(text))
    },
  ],
  [
    'dataset mooncake',
    (sent) => {
      expect(sent.map(({ body }) => [tokenizer.count(body.prompt), body.max_tokens])).toEqual([
        [40, 3],
        [20, 2],
      ])
      const [first, second] = prompts(sent).map((text) => tokenizer.encode(text))
      expect(second!.slice(0, 16)).toEqual(first!.slice(0, 16))
    },
  ],
  [
    'dataset mix',
    (sent) => {
      for (const { body } of sent)
        if (body.max_tokens === 3) expect(['Why, then?', 'How?']).toContain(body.prompt)
        else expect(gpt.count(body.prompt)).toBe(50)
    },
  ],
  [
    'dataset speed_benchmark_long',
    (sent, out) => {
      expect(prompts(sent).map((text) => text.length)).toEqual([63_488, 63_488, 129_024, 129_024])
      expect(out).toContain('Speed Benchmark Results:')
    },
  ],
  [
    'dataset speed_benchmark',
    (sent, out) => {
      expect(sent.map(({ path, body }) => [path, body.max_tokens])).toEqual(Array(8).fill(['/v1/completions', 2048]))
      expect(prompts(sent).map((text) => text.length)).toEqual([1, 1, 6144, 6144, 14_336, 14_336, 30_720, 30_720])
      expect(out).toMatch(/Speed Benchmark Results:\n.*\n\| Prompt Tokens \| Speed\(tokens\/s\) \|\n.*\n\| +1 +\|/)
    },
  ],
  [
    'dataset random_vl',
    (sent) => {
      for (const parts of contents(sent) as { type: string; image_url: { url: string } }[][]) {
        expect(parts.map(({ type }) => type)).toEqual(['text', 'image_url', 'image_url'])
        // Width and height are the first fields of a PNG's header.
        const bytes = Buffer.from(parts[1]!.image_url.url.split(',')[1]!, 'base64')
        expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([64, 48])
      }
    },
  ],
  [
    'dataset flickr8k',
    (sent) =>
      expect(contents(sent)).toEqual(
        ['A dog runs', 'A child jumps'].map((text) => [
          { type: 'text', text },
          { type: 'image_url', image_url: { url: image } },
        ]),
      ),
  ],
  [
    'dataset kontext_bench',
    (sent) =>
      expect(contents(sent)).toEqual([
        [
          { type: 'text', text: 'Make it night' },
          { type: 'image_url', image_url: { url: image } },
        ],
        [
          { type: 'text', text: 'Describe the image' },
          { type: 'image_url', image_url: { url: 'https://example.org/b.png' } },
        ],
      ]),
  ],
  [
    'dataset embedding_batch',
    (sent) => expect(sent.map(({ body }) => body.input)).toEqual([['first text', 'second text'], ['third text']]),
  ],
  [
    'dataset embedding',
    (sent) => expect(sent.flatMap(({ body }) => body.input)).toEqual(['first text', 'second text']),
  ],
  [
    'dataset random_embedding_batch',
    (sent) => {
      for (const { body } of sent) expect(body.input).toHaveLength(3)
      expect(sent[0]!.body).not.toHaveProperty('batch_size')
    },
  ],
  [
    'dataset random_embedding',
    (sent) => expect(sent.flatMap(({ body }) => body.input).map(tokenizer.count)).toEqual([20, 20]),
  ],
  [
    'dataset random_rerank',
    (sent) => {
      for (const { body } of sent)
        expect(body.documents.map(tokenizer.count)).toEqual(Array(3).fill(5 * tokenizer.count(body.query)))
    },
  ],
  [
    'dataset rerank',
    (sent) =>
      expect(sent.map(({ body }) => [body.query, body.documents])).toEqual([
        ['q1', ['a', 'b']],
        ['q2', ['c']],
      ]),
  ],
  [
    'dataset custom',
    (sent) => {
      expect(contents(sent)).toEqual(['What has keys but opens no lock?', 'What gets wetter the more it dries?'])
      expect(sent.map(({ body }) => body.max_tokens)).toEqual([2048, 16])
    },
  ],
]

describe('the commands of docs/datasets.md', () => {
  it('are about every dataset', () => {
    // Those of conversations and recordings have commands, and tests, of their own.
    const conversations = readFileSync(new URL('../../docs/conversations.md', import.meta.url), 'utf8')
    const shown = new Set([...`${docs}${conversations}`.matchAll(/--dataset (\S+)/g)].map(([, name]) => name))
    expect(DATASETS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
  })

  for (const command of commands) {
    const api = /--api (\S+)/.exec(command)?.[1] ?? 'openai'
    it.runIf(APIS.some(({ name }) => name === api))(command.replace(/^--url \S+ /, ''), async () => {
      const { sent, out } = await run(command)
      const number = Number(/--number (\d+)/.exec(command)![1])
      expect(sent).toHaveLength(number)
      const [, check] = CHECKS.find(([part]) => command.includes(part))!
      check(sent, out)
    })
  }
})
