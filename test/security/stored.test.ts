/** Prompts and answers are kept as `store` says, and no byte more. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runPerfBenchmark } from '../../src/index.ts'
import { readResultDb, type StoredRequest } from '../../src/records/index.ts'
import { withoutQuotes } from '../../src/secrets/index.ts'
import { filesOf } from './planted.ts'

/** Of a prompt and of an answer: where each begins and ends. */
const PROMPT = ['QUESTIONBEGINS', 'QUESTIONENDS'] as const
const ANSWER = ['ANSWERBEGINS', 'ANSWERENDS'] as const
const padded = ([begin, end]: readonly [string, string], between: string): string => `${begin} ${between} ${end}`
const prompt = padded(PROMPT, 'why is the sky "blue", and 苹果 red? '.repeat(90))
const answer = padded(ANSWER, 'because \\ of 光 scattering. '.repeat(60))

/** Every other request fails with a body that quotes the prompt, as validators do. */
let count = 0
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += String(part)
  if (count++ % 2 === 1) {
    response.writeHead(422, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ detail: `value too long for model m: ${JSON.parse(body).messages[0].content}` }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  for (let at = 0; at < answer.length; at += 200) response.write(chunk({ content: answer.slice(at, at + 200) }, null))
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

interface Kept {
  outputs: string
  rows: StoredRequest[]
  /** Of every file, also of the DB while it was written. */
  bytes: string
}

async function run(more: object): Promise<Kept> {
  const outputs = join(mkdtempSync(join(tmpdir(), 'perfgate-stored-')), 'outputs')
  let bytes = ''
  const look = (): void => {
    if (existsSync(outputs)) for (const path of filesOf(outputs)) bytes += readFileSync(path, 'utf8')
  }
  const { result } = await runPerfBenchmark(
    {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      model: 'm',
      prompt,
      number: 6,
      noTestConnection: true,
      outputsDir: outputs,
      ...more,
    },
    { onProgress: look },
  )
  look()
  const db = result.summary.resultDbPath
  const reader = db === null ? undefined : readResultDb(db)
  const rows = reader === undefined ? [] : [...reader.requests()]
  reader?.close()
  return { outputs, rows, bytes }
}

/** In a file, so that the scenario does not hold it. */
const promptFile = join(mkdtempSync(join(tmpdir(), 'perfgate-prompt-')), 'prompt.txt')
writeFileSync(promptFile, prompt)

const seen = (bytes: string): string[] => [...PROMPT, ...ANSWER].filter((mark) => bytes.includes(mark))

test('full keeps both to their ends', async () => {
  const { rows, bytes } = await run({ store: 'full' })
  expect(seen(bytes)).toEqual([...PROMPT, ...ANSWER])
  expect(rows.map(({ truncated }) => truncated)).toEqual([0, 0, 0, 0, 0, 0])
  expect(rows.filter(({ response_messages: text }) => text === answer)).toHaveLength(3)
  expect(rows.every(({ request }) => JSON.parse(String(request)).messages[0].content === prompt)).toBe(true)
})

test('metrics keeps figures, causes and what servers say of themselves, and not a word of either', async () => {
  const { rows, bytes } = await run({ store: 'metrics' })
  expect(seen(bytes)).toEqual([])
  expect(bytes).not.toContain('scattering')
  expect(bytes).not.toContain('why is the sky')
  expect(rows.map(({ request, response_messages: text }) => [request, text])).toEqual(
    Array.from({ length: 6 }, () => [null, null]),
  )
  const failures = rows.flatMap(({ failure }) => failure ?? [])
  expect(failures).toEqual(Array.from({ length: 3 }, () => 'HTTP 422 {"detail":"value too long for model m: ***'))
  expect(rows.every(({ latency }) => Number(latency) > 0)).toBe(true)
})

test('none leaves no file', async () => {
  const { outputs, bytes } = await run({ store: 'none' })
  expect(bytes).toBe('')
  expect(existsSync(outputs)).toBe(false)
})

test('a limit cuts each text where it says, marks the row, and nothing beyond it is written', async () => {
  const { rows, bytes } = await run({ store: 'full', storeLimit: 0.0005, prompt: `@${promptFile}` })
  expect(seen(bytes)).toEqual([PROMPT[0], ANSWER[0]])
  expect(rows.map(({ truncated }) => truncated)).toEqual([1, 1, 1, 1, 1, 1])
  const answers = rows.filter(({ success }) => success === 1)
  expect(answers.map(({ response_messages: text }) => text)).toEqual(
    Array.from({ length: 3 }, () => answer.slice(0, 500)),
  )
  expect(rows.every(({ request }) => String(request).length === 500)).toBe(true)
  // Figures are of the whole answer.
  expect(answers.every(({ n_chunks: packages }) => Number(packages) >= Math.ceil(answer.length / 200))).toBe(true)
})

describe('what a complaint quotes', () => {
  const body = JSON.stringify({
    model: 'acme-large-instruct-32b',
    messages: [{ role: 'user', content: 'A secret recipe:\n"two eggs", 300 g of flour' }],
  })
  test.for([
    ['model acme-large-instruct-32b does not exist', 'model acme-large-instruct-32b does not exist'],
    ['cannot answer "A secret recipe:\n"two eggs", 300 g of flour"', 'cannot answer "***"'],
    ['{"input":"A secret recipe:\\n\\"two eggs\\", 300"}', '{"input":"***"}'],
    ['…ecret recipe:\n"two eg…', '…***…'],
    ['two eggs are fine', 'two eggs are fine'],
    ['', ''],
  ])('%j', ([text, kept]) => expect(withoutQuotes(text!, body)).toBe(kept))
})
