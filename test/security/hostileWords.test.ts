/** Words of a server that a terminal, the runner of a CI job or GitHub would act on: in every output they are text. */
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { ConfigError, EndpointError } from '../../src/config/index.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { inline } from '../../src/report/markdown.ts'
import type { Result } from '../../src/result/index.ts'
import { printable, printableJson, printableLine, printableReport } from '../../src/secrets/index.ts'
import { renderFinding } from '../../src/testing/files.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { expectInDocs } from './table.ts'

const ESC = '\u001b'
/** What each of them would do. */
const WORDS: readonly (readonly [string, string])[] = [
  ['clear the screen', `${ESC}[2J${ESC}[H`],
  ['set the title', `${ESC}]0;owned\u0007`],
  ['write to the clipboard', `${ESC}]52;c;b3duZWQ=\u0007`],
  ['be a link to elsewhere', `${ESC}]8;;http://evil.example\u0007click${ESC}]8;;\u0007`],
  ['the same by C1', '\u009b2J\u009d0;owned\u009c'],
  ['hide what follows', `${ESC}[8m`],
  ['write over the line', 'fail\rpass'],
  ['go back', 'fail\b\b\b\bpass'],
  ['set an output on GitHub', '::set-output name=result::pass'],
  ['stop its commands', 'words\n::stop-commands::token'],
  ['hide a value in its log', '\u2028::add-mask::pass'],
  ['annotate a file there', 'words\u0085::error file=a.ts,line=1::owned'],
  ['the same in the old way', 'words ##[error]owned'],
  ['set a variable on Azure DevOps', 'words ##vso[task.setvariable variable=result]pass'],
  ['end a build on TeamCity', "##teamcity[buildStatus status='SUCCESS']"],
  ['turn the text around', 'gpj.\u202eexe\u202c \u2066x\u2069 \u061cx'],
  ['end a string', 'a\u0000b'],
]

/** Nothing of this may stand in what is printed, thrown, or written as Markdown. */
const ACTED_ON =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|##\w*\[|::(set-output|stop-commands|add-mask|error)\b/
const harmless = (text: string): string => {
  expect(JSON.stringify(ACTED_ON.exec(text))).toBe('null')
  return text
}

const ALL = WORDS.map(([, words]) => words).join(' ')

/** What is asked for decides what is answered: each answer has the words in it, in every place there is. */
const server = createServer(async (request, response) => {
  for await (const _ of request);
  const { pathname, searchParams } = new URL(request.url!, 'http://x')
  const words = WORDS[Number(searchParams.get('words'))]?.[1] ?? ALL
  const way = searchParams.get('way')
  if (pathname.endsWith('/models'))
    return void response.end(JSON.stringify({ data: [{ id: words }, { id: `b${words}` }] }))
  if (pathname.endsWith('/metrics'))
    return void response.end(
      `# HELP vllm:num_requests_running ${words}\nvllm:num_requests_running{model_name="${words}"} 1\n`,
    )
  if (way === 'error') {
    response.writeHead(400, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify({ error: { message: words, type: words, code: words } }))
  }
  if (way === 'page') {
    response.writeHead(503, { 'content-type': 'text/html', 'retry-after': 'soon' })
    return void response.end(words)
  }
  if (way === 'redirect') {
    response.writeHead(302, { location: `http://127.0.0.1/${words.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '')}` })
    return void response.end()
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: words, model: words, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  if (way === 'broken') return void response.end(`data: {"choices": ${words}\n\n`)
  if (way === 'cut') return void response.end(event({ content: words }, null))
  if (way === 'failed') return void response.end(`event: error\ndata: ${JSON.stringify({ error: words })}\n\n`)
  response.end(`${event({ content: words }, null)}${event({}, words)}data: [DONE]\n\n`)
})
const WAYS = ['error', 'page', 'redirect', 'broken', 'cut', 'failed', 'well']

const folder = mkdtempSync(join(tmpdir(), 'perfgate-words-'))
let origin: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const url = (way: string, words: number | 'all'): string => `${origin}/v1/chat/completions?way=${way}&words=${words}`

describe.each(WORDS)('words that would %s', (_, words) => {
  test('become text of several lines, of one line, of Markdown, and the same JSON', () => {
    harmless(printable(words))
    harmless(printableReport(words))
    expect(harmless(printableLine(`a\n${words}`))).not.toContain('\n')
    expect(harmless(inline(words))).not.toContain('\n')
    const json = printableJson(JSON.stringify({ words }, null, 2))
    harmless(json)
    expect(JSON.parse(json)).toEqual({ words })
  })

  test('are not thrown', () => {
    for (const error of [new ConfigError(words), new EndpointError(words)]) {
      harmless(error.message)
      harmless(error.stack!)
    }
  })
})

/** Outputs that were looked through, of all ways to answer. */
const LOOKED_THROUGH = [
  'terminal',
  '`--json`',
  'notices',
  'errors and their stacks',
  'tables in test frameworks',
  '`.md`',
  'exports summary, shifts, ctrf',
]

test('docs/security.md has the table of what was seen', () => {
  expectInDocs(
    'words',
    WORDS.map(([what, words]) => ({
      attack: `words that would ${what}`,
      tried: LOOKED_THROUGH.join(', '),
      seen: `\`${printableLine(words)}\``,
    })),
  )
})

test('ordinary words, colours of reports among them, stay as they are', () => {
  const words = 'std::vector<T> at [::1]:80, ::ffff:127.0.0.1, ## Heading, C#, 日本語 🎉\n\tnext'
  expect(printable(words)).toBe(words)
  expect(printableReport(`${ESC}[31mred${ESC}[39m`)).toBe(`${ESC}[31mred${ESC}[39m`)
})

describe.each(WAYS)('a server that answers with them: %s', (way) => {
  test('on the command line, in notices and errors, in JSON and in every file of text', async () => {
    const outputs = mkdtempSync(join(folder, `${way}-`))
    const words = [
      '--url',
      url(way, 'all'),
      '--number',
      '2',
      '--metrics-url',
      '/metrics?words=all',
      '--outputs-dir',
      outputs,
    ]
    for (const more of [
      ['--model', 'm'],
      ['--model', 'm', '--no-test-connection'],
      ['--model', 'm', '--no-test-connection', '--json'],
      [],
    ]) {
      const world = fakeWorld()
      await main([...words, ...more, '--no-config', '--on-invalid', 'warn'], world)
      harmless(world.out())
      harmless(world.err())
      if (more.includes('--json')) expect(() => JSON.parse(world.out())).not.toThrow()
    }
    const db = readdirSync(outputs).find((name) => name.endsWith('.db'))!
    for (const format of ['summary', 'ctrf', 'openmetrics', 'gitlab', 'csv', 'shifts']) {
      const world = fakeWorld()
      await main(['export', join(outputs, db), '--format', format, '--out', join(outputs, `export-${format}`)], world)
      harmless(world.out() + world.err())
    }
    for (const name of readdirSync(outputs).filter((one) => /\.md$|export-(summary|shifts|ctrf)/.test(one)))
      harmless(readFileSync(join(outputs, name), 'utf8'))
  })

  test('in code: what is thrown, what is told, and what a test framework prints', async () => {
    const notices: string[] = []
    const run = (more: object): Promise<Result | Error> =>
      runPerfBenchmark(
        { url: url(way, 'all'), model: 'm', number: 2, store: 'none', onInvalid: 'warn', ...more },
        { onNotice: (text) => notices.push(text) },
      ).then(
        ({ result }) => result,
        (error: Error) => error,
      )
    for (const more of [{}, { noTestConnection: true }, { model: undefined }]) {
      const outcome = await run(more)
      if (outcome instanceof Error) harmless(`${outcome.message}\n${outcome.stack}`)
      else harmless(renderFinding({ kind: 'result', result: outcome }, { columns: 80, unicode: true, colour: false }))
    }
    harmless(notices.join('\n'))
  })
})
