/** What is served to whom, where files may be written, and whose modules are run. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { startView, type ViewServer } from '../../src/cli/view/server.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { fileName, reservePath } from '../../src/records/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from '../report/madeDb.ts'
import { madeRow } from '../report/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-boundaries-'))
let view: ViewServer
let served: EmbeddedServer

beforeAll(async () => {
  await bundlePage()
  madeDb([madeRow(0, { response_messages: 'INSIDE' })], {}, folder, 'a')
  const outside = madeDb([madeRow(0, { response_messages: 'OUTSIDE' })])
  mkdirSync(join(folder, 'inner'))
  madeDb([madeRow(0, { response_messages: 'OUTSIDE' })], {}, join(folder, 'inner'), 'inner')
  symlinkSync(outside.folder, join(folder, 'linked'))
  symlinkSync(outside.db, join(folder, 'link.db'))
  view = await startView(folder)
  served = await startServer()
})
afterAll(() => Promise.all([view.close(), served.close()]))

interface Answer {
  status: number
  body: string
  headers: Record<string, unknown>
}

/** Sends the path and the headers as they stand. */
function ask(base: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path, method: body === undefined ? 'GET' : 'POST', headers, agent: false },
      (answer) => {
        let text = ''
        answer.on('data', (part) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode!, body: text, headers: answer.headers }))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

const FOREIGN_HOSTS = [
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1.evil.example:PORT',
  'localhost.evil.example',
  '[::2]:PORT',
  '169.254.169.254',
  '0:PORT',
  'a@127.0.0.1:PORT',
]
const CHAT = '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1}'

describe('a name that is not this machine’s is refused, as a rebound one would be', () => {
  test.for(FOREIGN_HOSTS)('%s', async (name) => {
    for (const base of [view.url, served.url]) {
      const host = name.replace('PORT', new URL(base).port)
      const path = base === view.url ? '/' : '/v1/models'
      expect([base, (await ask(base, path, { host })).status]).toEqual([base, 403])
    }
    const sent = served.requests.length
    expect((await ask(served.url, '/v1/chat/completions', { host: name }, CHAT)).status).toBe(403)
    expect(served.requests.length).toBe(sent)
  })

  test('its own names are answered', async () => {
    for (const base of [view.url, served.url]) {
      const { port } = new URL(base)
      const path = base === view.url ? '/' : '/v1/models'
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
        expect([host, (await ask(base, path, { host })).status]).toEqual([host, 200])
    }
    const own = await ask(served.url, '/v1/chat/completions', { host: 'localhost' }, CHAT)
    expect([own.status, served.requests.length]).toEqual([200, 1])
  })

  test('a page of another origin gets nothing, not even one of another port', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect([origin, (await ask(view.url, '/', { origin })).status]).toEqual([origin, 403])
    for (const site of ['cross-site', 'same-site'])
      expect((await ask(view.url, '/', { 'sec-fetch-site': site, 'sec-fetch-mode': 'cors' })).status).toBe(403)
    const followed = await ask(view.url, '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })
    expect(followed.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(followed.headers['access-control-allow-origin']).toBeUndefined()
    for (const origin of ['https://evil.example', 'null'])
      expect((await ask(served.url, '/v1/chat/completions', { origin }, CHAT)).status).toBe(403)
  })

  test('neither listens on an address of the network', async () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of addresses)
      for (const base of [view.url, served.url]) {
        // An address of this machine: nothing leaves it.
        const socket = connect({ host: address, port: Number(new URL(base).port) })
        const outcome = await new Promise((resolve) => {
          socket.once('connect', () => resolve('connected'))
          socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        })
        socket.destroy()
        expect([address, outcome]).toEqual([address, 'ECONNREFUSED'])
      }
    expect(new URL(view.url).hostname).toBe('127.0.0.1')
    expect(new URL(served.url).hostname).toBe('127.0.0.1')
  })
})

describe('view serves no file outside its folder', () => {
  const up = encodeURIComponent('../')
  test.for([
    'link.db',
    'linked/made.db',
    'inner/inner.db',
    'inner%2Finner.db',
    `${up}${basename(folder)}/a.db`,
    '..%5Ca.db',
    '%252e%252e%252fa.db',
    `${encodeURIComponent(join(folder, 'a.db'))}`,
    'file:%2F%2F%2Fetc%2Fpasswd',
    'a.db%00.html',
    'a.db%2F',
    'A.DB',
    'a%00.db',
    '%EF%BC%8E%EF%BC%8E%2Fa.db',
    '.',
    '..',
    'a.db-wal',
  ])('%s', async (name) => {
    for (const path of [`/report?file=${name}`, `/request?file=${name}&index=0`]) {
      const { status, body } = await ask(view.url, path)
      expect([path, [400, 404].includes(status), body.includes('OUTSIDE')]).toEqual([path, true, false])
    }
  })
  test('its own is served', async () => {
    expect((await ask(view.url, '/request?file=a.db&index=0')).body).toContain('INSIDE')
  })
})

/** Of models, scenarios, tests: they come from users, and from what servers call their models. */
const NAMES = [
  '../../../etc/cron.d/evil',
  '..',
  '.',
  '',
  '/etc/passwd',
  'C:\\Windows\\System32\\x',
  '\\\\server\\share',
  'org/model:tag@sha256',
  'a\u0000b',
  'a\nb\rc',
  '~/x',
  '$(touch x)',
  '`id`',
  '-rf',
  '--help',
  'CON',
  'nul.txt',
  'com1',
  'trailing. . .',
  '.hidden',
  '..hidden',
  '%2e%2e%2f',
  '\u202egnp.exe',
  'é'.repeat(300),
  '模型'.repeat(200),
  '🤖'.repeat(100),
  'a'.repeat(5000),
  '\ud800',
  'ﬁ／..／x',
  '．．／x',
]

describe('file names from models and scenarios stay in the outputs folder', () => {
  test.for(NAMES)('%j', (name) => {
    const outputs = mkdtempSync(join(tmpdir(), 'perfgate-names-'))
    const safe = fileName(name)
    expect(safe).not.toMatch(/[/\\:\0\n\r$`~%*?"<>|]|^\.|^-|\.$|^(con|nul|com1)(\.|$)/i)
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(80)
    expect(safe.isWellFormed()).toBe(true)
    const path = reservePath({
      outputsDir: outputs,
      model: name,
      label: name,
      level: 'parallel_16_run_10',
      startedAt: new Date(0),
    })
    expect(dirname(resolve(path))).toBe(outputs)
    expect(readdirSync(outputs)).toEqual([`${basename(path)}.db`])
  })

  test('two names that become one do not share a file', () => {
    const outputs = mkdtempSync(join(tmpdir(), 'perfgate-names-'))
    const parts = { outputsDir: outputs, label: undefined, level: undefined, startedAt: undefined }
    const paths = ['a/b', 'a\\b', 'a-b'].map((model) => reservePath({ ...parts, model }))
    expect(new Set(paths).size).toBe(3)
  })

  test('a baseline’s name is no path', async () => {
    const outputs = mkdtempSync(join(tmpdir(), 'perfgate-names-'))
    const { json } = madeDb([madeRow(0)], {}, outputs)
    for (const name of ['../evil', '/tmp/evil', 'a/b', '..', 'nul']) {
      const world = fakeWorld()
      expect(await main(['baseline', 'save', name, json, '--baseline-dir', join(outputs, 'b')], world)).toBe(2)
      expect(existsSync(join(outputs, 'evil.json'))).toBe(false)
    }
  })
})

describe('modules run only when the user names them', () => {
  const marker = join(folder, 'ran')
  const module = join(folder, 'evil.mjs')
  writeFileSync(
    module,
    `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, '')\nexport default []\n`,
  )

  test('not those that stand in a result, whatever is made of it', async () => {
    const results = mkdtempSync(join(tmpdir(), 'perfgate-modules-'))
    const config = {
      model: 'm',
      api: module,
      customApi: module,
      dataset: 'custom',
      datasetPath: module,
      imports: [module],
    }
    const { db, json } = madeDb([madeRow(0)], { config }, results)
    const out = join(results, 'out')
    for (const words of [
      ['report', db, '--out', out],
      ['export', db, '--format', 'evalscope', '--out', join(results, 'evalscope')],
      ['export', json, '--format', 'ctrf', '--out', join(results, 'ctrf')],
    ])
      expect([words[0], await main(words, fakeWorld())]).toEqual([words[0], 0])
    const shown = await startView(results)
    expect((await fetch(`${shown.url}report?file=made.db`)).status).toBe(200)
    await shown.close()
    expect(existsSync(marker)).toBe(false)
  })

  test('not those that stand in a dataset, nor those a server answers with', async () => {
    const rows = join(folder, 'rows.jsonl')
    writeFileSync(rows, `${JSON.stringify({ question: module, api: module, dataset_path: module, import: module })}\n`)
    const { result } = await runPerfBenchmark({
      url: served.url,
      model: module,
      dataset: 'openqa',
      datasetPath: rows,
      number: 2,
      outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-modules-')),
    })
    expect(result.summary.succeededRequests).toBe(2)
    expect(existsSync(marker)).toBe(false)
  })

  test('a named one is run', async () => {
    await runPerfBenchmark({ url: served.url, model: 'm', dataset: 'custom', datasetPath: module, number: 1 }).catch(
      () => {},
    )
    expect(existsSync(marker)).toBe(true)
  })
})
