/** Every command of docs/apis.md, run as it stands there against a server that speaks the API. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type RequestTruth, startServer } from '../../fixtures/index.ts'
import { BIN } from '../program.ts'

const root = new URL('../../', import.meta.url).pathname
const text = readFileSync(join(root, 'docs/apis.md'), 'utf8')
const commands = [...text.matchAll(/^npx perfgate (--.*)$/gm)].map(([, words]) => words!)
const folder = mkdtempSync(join(tmpdir(), 'perfgate-docs-'))
for (const [, name, content] of text.matchAll(/^`([\w.-]+)`:\n\n```\w+\n(.*?)```$/gms))
  writeFileSync(join(folder, name!), content!)

const server = await startServer({ ttft: { meanMs: 2 }, itl: { meanMs: 0 }, outputTokens: 5 })
afterAll(() => server.close())

/** Words as a shell would take them: single quotes keep theirs together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
}

interface Ran {
  code: number
  output: string
  requests: RequestTruth[]
}

/** The server that a command starts itself says nothing of its requests: its log, and the summary, must do. */
const OWN_SERVER = / --local-command /

async function run(command: string): Promise<Ran> {
  const from = server.requests.length
  const own = `${process.execPath} ${BIN}`
  const args = wordsOf(
    command
      .replace("'npx perfgate ", `'${own} `)
      .replaceAll('http://127.0.0.1:8000', `http://127.0.0.1:${server.port}`),
  )
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      process.execPath,
      // Whether this machine is too busy to measure is no matter here.
      [BIN, ...args, '--on-invalid', 'warn'],
      { cwd: folder, env: { ...process.env, PERFGATE_API_KEY: 'k-1' } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    )
  })
  return { code, output, requests: server.requests.slice(from) }
}

const TEXT_GENERATION = '/api/v1/services/aigc/text-generation/generation'
const question = expect.any(String)
const messages = [{ role: 'user', content: question }]

/** What must have reached the server, in the order of the commands; the first of each is the connection test. */
const EXPECTED: { path: string; body: object; headers?: object }[] = [
  { path: '/v1/chat/completions', body: { model: 'qwen2.5', messages, stream: true } },
  { path: '/v1/completions', body: { model: 'qwen2.5', prompt: question } },
  { path: '/v1/chat/completions', body: { model: 'qwen2.5', messages, n: 3 } },
  {
    path: '/v1/responses',
    body: { model: 'gpt-5', input: question, max_output_tokens: 64, reasoning: { effort: 'low' }, stream: true },
  },
  {
    path: '/v1/messages',
    body: { model: 'claude-sonnet', messages, max_tokens: 64, stream: true },
    headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'context-1m', 'x-api-key': '***' },
  },
  {
    path: TEXT_GENERATION,
    body: {
      model: 'qwen-plus',
      input: { messages },
      parameters: { incremental_output: true, enable_thinking: false, result_format: 'message' },
    },
    headers: { 'x-dashscope-sse': 'enable', authorization: '***' },
  },
  { path: '/v1/embeddings', body: { model: 'bge-m3', input: ['The cat sat on the mat.', 'A dog barked.'] } },
  { path: '/v1/embeddings', body: { model: 'bge-m3', input: question } },
  { path: '/v1/rerank', body: { model: 'bge-reranker', query: 'Which animal barks?', top_n: 1 } },
  { path: '/v2/rerank', body: { model: 'rerank-v3.5', query: 'Which animal barks?', top_n: 1 } },
  { path: '/v1/chat/completions', body: { model: 'any' } },
  {
    path: '/v1/completions',
    body: { model: 'mine', prompt: expect.stringMatching(/^Question: .+\nAnswer:$/s), stream: true },
    headers: { 'x-team': 'search', 'api-key': '***' },
  },
  { path: '/v1/completions', body: { model: 'mine', stream: false }, headers: { accept: 'application/json' } },
]

describe('docs/apis.md', () => {
  it('has a command for each expectation here, and the other way round', () => {
    expect(commands).toHaveLength(EXPECTED.length)
  })

  it.each(commands.map((command, i) => [command, EXPECTED[i]!] as const))(
    'npx perfgate %s',
    async (command, expected) => {
      const { code, output, requests } = await run(command)
      expect(output).toMatch(/Succeed requests +\| 4 /)
      expect(code).toBe(0)
      if (OWN_SERVER.test(command)) return void expect(output).toContain('its log is outputs/any_server_')
      expect(requests.map(({ path }) => path)).toEqual(Array(5).fill(expected.path))
      expect(requests[1]!.body).toMatchObject(expected.body)
      expect(requests[1]!.headers).toMatchObject(expected.headers ?? {})
    },
  )
})
