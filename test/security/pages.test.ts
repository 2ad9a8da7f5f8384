/** A hostile server is measured, and its words are looked at in a browser: on every page they are text. */
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { startView, type ViewServer } from '../../src/cli/view/server.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { drawn, launch, noBrowser, type Watched, watchedPage } from '../report/html/browser.ts'
import { CORPUS } from '../report/html/corpus.ts'

const inHeader = (text: string): string => text.replace(/[^\x20-\x7e]/g, '')

/** Request k gets text k of the corpus in every place an answer has, each second time as an error. */
let count = 0
const server = createServer(async (request, response) => {
  for await (const _ of request);
  const k = count++
  const text = CORPUS[k % CORPUS.length]!
  if (k >= CORPUS.length) {
    response.writeHead(500, { 'content-type': 'text/html', 'x-request-id': inHeader(text) })
    response.end(k % 2 === 0 ? text : JSON.stringify({ error: { message: text, type: text, code: text } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': inHeader(text) })
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: text, model: text, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  response.write(chunk({ role: text, content: text }, null))
  response.write(chunk({ reasoning_content: text, tool_calls: [{ function: { name: text, arguments: text } }] }, null))
  response.end(`${chunk({ content: text }, text)}data: [DONE]\n\n`)
})

const folder = mkdtempSync(join(tmpdir(), 'perfgate-hostile-'))
let file: string
let view: ViewServer
let browser: Browser

beforeAll(async () => {
  if (noBrowser !== '') return
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const [{ result }] = await Promise.all([
    runPerfBenchmark({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      model: CORPUS.slice(0, 6).join(' '),
      name: CORPUS.slice(6, 12).join(' '),
      prompt: CORPUS.join('\n'),
      headers: { 'x-evil': inHeader(CORPUS[0]!) },
      extraArgs: { [CORPUS[1]!]: CORPUS[2]! },
      number: 2 * CORPUS.length,
      noTestConnection: true,
      outputsDir: folder,
    }),
    bundlePage(),
  ])
  file = result.summary.resultDbPath!
  view = await startView(folder)
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await view?.close()
  server.closeAllConnections()
  server.close()
})

/** Elements and attributes that only the corpus would bring. */
const FOREIGN =
  'iframe, object, embed, img, video, base, link, math, template, noscript, xmp, plaintext, textarea, main style, main script, svg style, animate, input[type=image], ' +
  '[onerror], [onload], [onfocus], [ontoggle], [onbegin], [style*="url("], a[href^="javascript:"], a[href^="data:"], #document'

async function expectHarmless({ page, troubles }: Watched): Promise<void> {
  expect(await page.locator(FOREIGN).count()).toBe(0)
  expect(troubles).toEqual([])
}

describe.skipIf(noBrowser !== '')(`a hostile server in Chromium ${noBrowser}`, () => {
  test('the report of its run, as a file: each request opened', async () => {
    const report = join(folder, 'report.html')
    expect(await main(['report', file, '--out', report], fakeWorld())).toBe(0)
    const watched = await watchedPage(browser)
    const { page } = watched
    await page.goto(pathToFileURL(report).href)
    await drawn(page)
    const dialog = page.getByRole('dialog')
    const opened: string[] = []
    for (const size of [0, 1]) {
      if (size === 1) await page.getByLabel('Outcome').selectOption('failed')
      for (let i = 0; i < CORPUS.length; i += size === 0 ? 1 : 8) {
        const open = page.locator('.waterfall .open:visible').nth(i)
        await open.click()
        opened.push(await dialog.innerText())
        await page.keyboard.press('Escape')
      }
    }
    // What is looked for was there, as text.
    for (const text of ['<script>alert(1)</script>', '<svg/onload=alert(4)>', '{{7*7}}'])
      expect(opened.some((shown) => shown.includes(text))).toBe(true)
    await expectHarmless(watched)
    await page.close()
  })

  test('view: the list, the report and requests, and the pages that say what is wrong', async () => {
    const name = encodeURIComponent(basename(file))
    const evil = encodeURIComponent(CORPUS.join(' ').toWellFormed())
    const paths = [
      '',
      `report?file=${name}`,
      // Each with one text and, as an error, with another: the list and the report have them all.
      ...CORPUS.flatMap((_, i) => (i % 3 === 0 ? `request?file=${name}&index=${i + (i % 2) * CORPUS.length}` : [])),
      `?words=${evil}&verdict=${evil}`,
      `report?file=${evil}`,
      `request?file=${name}&index=${evil}`,
      evil,
    ]
    const watched = await watchedPage(browser)
    for (const path of paths) {
      const answer = await watched.page.goto(`${view.url}${path}`)
      const policy = answer!.headers()['content-security-policy']!
      expect(policy).toMatch(/^default-src 'none'; /)
      expect(policy).not.toMatch(/unsafe|\*|http:|data:/)
      if (path.startsWith('report?file=') && answer!.status() === 200) await drawn(watched.page)
      const refused = watched.troubles.filter((text) => !/Failed to load resource.*40[0-9]/.test(text))
      expect([path, refused]).toEqual([path, []])
      watched.troubles.length = 0
      await expectHarmless(watched)
    }
    await watched.page.close()
  })

  test('another origin can neither read results nor frame them, nor use a served endpoint', async () => {
    const { startServer } = await import('../../fixtures/index.ts')
    const served = await startServer()
    const attacker = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hi'),
    )
    attacker.listen(0, '127.0.0.1')
    await once(attacker, 'listening')
    const { page } = await watchedPage(browser)
    await page.goto(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}/`)
    const tried = await page.evaluate(
      `(async () => {
        const read = async (url, init) => { try { const a = await fetch(url, init); return a.type + ' ' + (await a.text()).length } catch (e) { return 'refused' } }
        const frame = document.createElement('iframe')
        frame.src = ${JSON.stringify(view.url)}
        document.body.append(frame)
        await new Promise((resolve) => { frame.onload = resolve })
        let framed = 'refused'
        try { framed = frame.contentDocument.body.innerText } catch {}
        return [
          await read(${JSON.stringify(view.url)}),
          await read(${JSON.stringify(view.url)}, { mode: 'no-cors' }),
          await read(${JSON.stringify(`${served.url}/chat/completions`)}, { method: 'POST', mode: 'no-cors', body: '{"model":"m","messages":[{"role":"user","content":"x"}]}' }),
          framed,
        ]
      })()`,
    )
    // An opaque answer has no readable byte.
    expect(tried).toEqual(['refused', 'refused', 'opaque 0', 'refused'])
    expect(served.requests).toHaveLength(0)
    await page.close()
    attacker.closeAllConnections()
    attacker.close()
    await served.close()
  })
})
