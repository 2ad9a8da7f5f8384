/** Secrets go in by every door of a run, servers send them back in every way, and nothing that is left holds them. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { startView } from '../../src/cli/view/server.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { readResultDb } from '../../src/records/index.ts'
import { EXPORT_FORMATS } from '../../src/report/export/index.ts'
import { BIN } from '../program.ts'
import { runVitest } from '../vitest/childVitest.ts'
import { type EchoServer, startEcho, WAYS_OF_ANSWERING } from './echoServer.ts'
import { type Door, filesOf, leaksOf, PLANTED, seenIn } from './planted.ts'

const root = mkdtempSync(join(tmpdir(), 'perfgate-secrets-'))
let echo: EchoServer
let refusing: EchoServer

beforeAll(async () => {
  ;[echo, refusing] = await Promise.all([startEcho(), startEcho({ refusing: true }), bundlePage()])
})
afterAll(async () => {
  await Promise.all([echo.close(), refusing.close()])
  rmSync(root, { recursive: true, force: true })
})

const folder = (name: string): string => {
  const path = join(root, name)
  mkdirSync(path)
  return path
}
const withQuery = (url: string): string => `${url}?api_key=${encodeURIComponent(PLANTED.query)}&version=2`

const HEADERS = {
  'X-Forwarded-Authorization': `Bearer ${PLANTED.bearerHeader}`,
  'x-api-key': PLANTED.apiKeyHeader,
  'x-goog-api-key': PLANTED.googleKey,
  cookie: `theme=dark; session=${PLANTED.cookie}`,
  'x-amz-security-token': PLANTED.awsToken,
  'proxy-authorization': `Basic ${Buffer.from(`me:${PLANTED.proxyPassword}`).toString('base64')}`,
  'x-team-pass': PLANTED.ownHeader,
  'Helicone-Auth': PLANTED.gatewayAuth,
}

const scenario = (more: object = {}): Record<string, unknown> => ({
  url: withQuery(echo.url),
  model: 'm',
  number: 32,
  parallel: 4,
  apiKey: PLANTED.key,
  headers: HEADERS,
  sensitiveHeaders: ['X-Team-Pass'],
  extraArgs: { metadata: { api_key: PLANTED.extraField, clientSecret: PLANTED.clientSecret } },
  metricsUrl: `/metrics?token=${PLANTED.metricsQuery}`,
  noTestConnection: true,
  enableProgressTracker: true,
  debug: true,
  ...more,
})

interface Finished {
  code: number | null
  text: string
}

/** @param look called as soon as the program has said something on stderr */
function perfgate(args: string[], env: Record<string, string> = {}, look?: (pid: number) => void): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, ...env } })
  let text = ''
  let looked = false
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (!looked) look?.(child.pid!)
      looked = true
    })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })))
}

const FLAGS = (outputs: string): string[] => [
  ...['--url', withQuery(echo.url), '--model', 'm', '--number', '16', '--parallel', '2', '--outputs-dir', outputs],
  ...['--headers', ...Object.entries(HEADERS).map(([name, value]) => `${name}=${value}`)],
  ...['--sensitive-headers', 'x-team-pass', '--metrics-url', `/metrics?token=${PLANTED.metricsQuery}`],
  ...[
    '--extra-args',
    JSON.stringify({ metadata: { api_key: PLANTED.extraField } }),
    '--no-test-connection',
    '--debug',
    '--on-invalid',
    'warn',
  ],
]

describe('in code', () => {
  const outputs = join(root, 'code')
  const said: string[] = []
  let whileRunning: Record<string, Door[]> = {}
  let looks = 0

  beforeAll(async () => {
    mkdirSync(outputs)
    const { result } = await runPerfBenchmark(
      { ...scenario({ visualizer: 'wandb' }), outputsDir: outputs },
      {
        onNotice: (text) => said.push(text),
        onProgress: () => {
          // With the write-ahead log, whose pages are not checkpointed yet.
          if (looks++ % 4 === 0) whileRunning = { ...whileRunning, ...leaksOf(outputs) }
        },
      },
    )
    said.push(JSON.stringify(result))
  })

  test('every secret was sent and sent back, in every way', () => {
    // A secret that never came back would prove nothing.
    const sent = Object.keys(PLANTED).filter((door) => !['urlPassword', 'collector'].includes(door))
    expect(seenIn(echo.received()).toSorted()).toEqual(sent.toSorted())
    expect([...echo.ways].toSorted()).toEqual(WAYS_OF_ANSWERING.toSorted())
  })

  test('no file has one, while the run goes on or after it; nor have notices and the result', () => {
    expect([looks > 0, whileRunning]).toEqual([true, {}])
    expect(leaksOf(outputs)).toEqual({})
    expect(seenIn(said.join('\n'))).toEqual([])
    expect(said.find((text) => text.startsWith('resolved options'))).toContain('"apiKey":"***"')
  })

  test('what is no secret is kept: texts, addresses and failures can be read', () => {
    const db = filesOf(outputs).find((path) => path.endsWith('.db'))!
    const reader = readResultDb(db)
    const rows = [...reader.requests()]
    reader.close()
    expect(rows).toHaveLength(32)
    const answer = rows.find(({ success, response_messages: text }) => success === 1 && String(text).length > 100)!
    expect(String(answer.response_messages)).toMatch(
      /"user-agent":"perfgate","authorization":"\*\*\*",.*"content":"\w+ \w+/,
    )
    expect(String(answer.response_messages)).toContain('/v1/chat/completions?api_key=***&version=2')
    expect(String(answer.request)).toContain('"metadata":{"api_key":"***","clientSecret":"***"}')
    expect(rows.filter(({ failure }) => String(failure).includes('refused: /v1/chat'))).toHaveLength(4)
    expect(JSON.stringify(reader.facts['endpoint'])).toContain('/v1/chat/completions?api_key=***&version=2')
  })

  test('no export has one, nor the HTML report, nor a summary, nor any page of view', async () => {
    const exports = folder('exports')
    const db = filesOf(outputs).find((path) => path.endsWith('.db'))!
    for (const { name, needsRequests } of EXPORT_FORMATS) {
      const printed: string[] = []
      const output = { write: (text: string) => printed.push(text) }
      const io = { stdout: output, stderr: output, env: {}, signals: process, exit: () => {} }
      expect([name, await main(['export', db, '--format', name, '--out', join(exports, name)], io), printed]).toEqual([
        name,
        0,
        expect.anything(),
      ])
      expect([name, needsRequests, seenIn(printed.join(''))]).toEqual([name, needsRequests, []])
      if (name === EXPORT_FORMATS[0]!.name)
        expect(await main(['report', db, '--out', join(exports, 'report.html')], io)).toBe(0)
    }
    expect(filesOf(exports).length).toBeGreaterThan(EXPORT_FORMATS.length)
    expect(leaksOf(exports)).toEqual({})
    const told: string[] = []
    const output = { write: (text: string) => told.push(text) }
    const collector = ['--endpoint', refusing.url, '--header', `x-api-key=${PLANTED.collector}`]
    const world = { stdout: output, stderr: output, env: {}, signals: process, exit: () => {} }
    expect(await main(['export', db, '--format', 'otlp', ...collector], world)).toBe(3)
    expect(seenIn(refusing.received())).toContain('collector')
    expect(seenIn(told.join(''))).toEqual([])
    const view = await startView(outputs)
    const file = encodeURIComponent(db.slice(outputs.length + 1))
    for (const path of [
      '',
      `report?file=${file}`,
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `request?file=${file}&index=${i}`),
    ]) {
      const answer = await fetch(`${view.url}${path}`)
      expect([path, answer.status]).toEqual([path, 200])
      expect([path, seenIn(await answer.text())]).toEqual([path, []])
    }
    await view.close()
  })

  test('an error says what the server said without them, and is still of its class', async () => {
    for (const more of [{ url: withQuery(refusing.url) }, { url: withQuery('http://127.0.0.1:1/v1') }]) {
      const error = await runPerfBenchmark(
        scenario({ ...more, noTestConnection: false, outputsDir: folder(`refused-${Math.random()}`) }),
      ).then(
        () => new Error('it ran'),
        (thrown: Error) => thrown,
      )
      expect(error.name).toBe('EndpointError')
      expect(error.message).toContain('?api_key=***&version=2')
      expect(seenIn(`${error.message}${error.stack}${String(error.cause)}`)).toEqual([])
    }
    expect(seenIn(refusing.received())).toContain('key')
  })

  test.for<[string, Record<string, unknown>, string]>([
    ['a password in the URL', { url: `http://me:${PLANTED.urlPassword}@127.0.0.1:1/v1` }, 'credentials do not belong'],
    ['a URL without its protocol', { url: `me:${PLANTED.urlPassword}@127.0.0.1:1/v1` }, 'must begin with http'],
    ['a URL with a query that is none', { url: withQuery('127.0.0.1') }, 'is not a URL'],
    ['a key of the wrong type', { apiKey: [PLANTED.key] }, 'option "apiKey": expected string'],
    ['headers as a text', { headers: `authorization: ${PLANTED.bearerHeader}` }, 'option "headers": expected record'],
    ['a header of the wrong type', { headers: { 'x-list': [PLANTED.apiKeyHeader] } }, 'option "headers.x-list"'],
    ['a metrics URL with a password', { metricsUrl: `ftp://a:${PLANTED.urlPassword}@h/` }, 'is no address'],
  ])('%s is refused without being repeated', async ([, more, words]) => {
    const error = await runPerfBenchmark(scenario({ ...more, outputsDir: root })).then(String, String)
    expect(error).toContain(words)
    expect(seenIn(error)).toEqual([])
  })
})

describe('on the command line', () => {
  test('the key of the environment, headers and addresses appear in nothing that is printed or written', async () => {
    const outputs = folder('cli')
    const { code, text } = await perfgate([...FLAGS(outputs), '--json'], { PERFGATE_API_KEY: PLANTED.key })
    expect(code).toBe(0)
    expect(text).toContain('resolved options')
    expect(text).not.toContain('can be read by others')
    expect(seenIn(text)).toEqual([])
    expect(leaksOf(outputs)).toEqual({})
  })

  test('--api-key is warned of once, and other programs no longer see it', async () => {
    const outputs = folder('flag')
    let title = ''
    const { code, text } = await perfgate([...FLAGS(outputs), `--api-key=${PLANTED.key}`], {}, (pid) => {
      title = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    })
    expect(code).toBe(0)
    expect(text.match(/PERFGATE_API_KEY/g)).toHaveLength(1)
    if (process.platform === 'linux') {
      expect(text).toContain('/proc/PID/cmdline')
      expect(title).toContain('--number 16')
      expect(seenIn(title)).toEqual([])
    }
    expect(seenIn(text)).toEqual([])
    expect(leaksOf(outputs)).toEqual({})
  })

  test.for<[string, string[], number]>([
    ['a server that is started', ['--local-command', `echo HF_TOKEN=${PLANTED.key}; exit 1`], 3],
    ['a server that refuses', ['--url', 'REFUSING', '--api-key', PLANTED.key], 3],
    ['a header written with a colon', ['--headers', `authorization: Bearer ${PLANTED.bearerHeader}`], 2],
    ['JSON that is none', ['--extra-args', `{"api_key":"${PLANTED.extraField}"`], 2],
    ['a word without its flag', [`http://me:${PLANTED.urlPassword}@127.0.0.1:1/v1`], 2],
    ['a flag that does not exist', [`--api-kye=${PLANTED.key}`], 2],
  ])('%s', async ([, args, code]) => {
    const outputs = folder(`wrong-${Math.random()}`)
    const words = args.map((arg) => (arg === 'REFUSING' ? withQuery(refusing.url) : arg))
    const run = await perfgate([...words, '--model', 'm', '--number', '1', '--outputs-dir', outputs])
    expect([run.code, run.text]).toEqual([code, expect.stringContaining('perfgate: ')])
    expect(seenIn(run.text)).toEqual([])
    expect(leaksOf(outputs)).toEqual({})
  })
})

test('of Vitest: JUnit, JSON, blobs, attachments and what it prints are without them', async () => {
  const outputs = folder('vitest')
  const files = folder('vitest-files')
  const { code, stdout, stderr } = await runVitest(
    'secrets',
    [
      ...['default', 'junit', 'json', 'blob'].map((name) => `--reporter=${name}`),
      ...['junit.xml', 'json.json', 'blob.json'].map(
        (name) => `--outputFile.${name.split('.')[0]}=${join(files, name)}`,
      ),
    ],
    {
      OUTPUTS: outputs,
      ATTACHMENTS: join(files, 'attachments'),
      SCENARIO: JSON.stringify(scenario()),
      REFUSING: withQuery(refusing.url),
      GITHUB_STEP_SUMMARY: join(files, 'step-summary.md'),
    },
  )
  expect([code, stderr]).toEqual([1, expect.stringContaining('HTTP 401 to the connection test')])
  expect(stdout).toContain('1 passed')
  const written = [...filesOf(outputs), ...filesOf(files)].map((path) => path.split('/').at(-1)!)
  for (const name of ['summary.md', 'junit.xml', 'json.json', 'blob.json', 'progress.json'])
    expect(written).toContain(name)
  expect(written.some((name) => name.includes('comparison') && name.endsWith('.json'))).toBe(true)
  expect(seenIn(`${stdout}${stderr}`)).toEqual([])
  expect(leaksOf(outputs)).toEqual({})
  expect(leaksOf(files)).toEqual({})
})
