/** The HTML report in a real browser. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../../scripts/bundlePage.ts'
import type { StoredRequest } from '../../../src/records/index.ts'
import { type ReportRun, type ReportSet, renderHtml } from '../../../src/report/html/index.ts'
import { PUBLISHED } from '../publishedResult.ts'
import { failedRow, madeRow } from '../rows.ts'
import { drawn, launch, noBrowser, type Watched, watchedPage } from './browser.ts'
import { CORPUS } from './corpus.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-html-'))
let browser: Browser

beforeAll(async () => {
  await bundlePage()
  if (noBrowser === '') browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

const timeline = {
  bucketSeconds: 0.5,
  inFlight: [1, 2, 2, 1],
  completed: [3, 4, 5, 3],
  failed: [0, 1, 0, 0],
  outputTokens: [9, 12, 15, 9],
}

function run(rows: readonly StoredRequest[] | undefined, more: Partial<ReportRun['result']> = {}): ReportRun {
  return { result: { ...PUBLISHED, timeline, ...more }, requests: rows && (() => rows) }
}

const set = (runs: readonly ReportRun[]): ReportSet => ({ runs, comparisons: [], capacities: [] })

async function open(
  runs: readonly ReportRun[],
  options: Parameters<Browser['newPage']>[0] = {},
  hash = '',
): Promise<Watched> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.html`)
  writeFileSync(file, renderHtml(set(runs)))
  const watched = await watchedPage(browser, options)
  await watched.page.goto(`${pathToFileURL(file).href}${hash}`)
  await drawn(watched.page)
  return watched
}

const THIRTY = Array.from({ length: 30 }, (_, i) => (i % 10 === 9 ? failedRow(i, 'busy') : madeRow(i)))

/** Opaque pixels of the scatter by colour. */
const COLOURS = `(() => {
  const canvas = document.querySelector('.wide canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const seen = {}
  for (let i = 0; i < data.length; i += 4) {
    const key = [data[i], data[i + 1], data[i + 2]].join()
    if (data[i + 3] === 255) seen[key] = (seen[key] ?? 0) + 1
  }
  return seen
})()`

/** Milliseconds until the page has answered to the choice of the failed requests. */
const CHOOSE_FAILED = `(() => {
  const began = performance.now()
  const field = document.querySelector('.filters select')
  field.value = 'failed'
  field.dispatchEvent(new Event('change'))
  return performance.now() - began
})()`

describe.skipIf(noBrowser !== '')(`the HTML report in Chromium ${noBrowser}`, () => {
  test('it renders without errors, asks the network for nothing, and tells the verdict and every table', async () => {
    const { page, troubles } = await open([run(THIRTY)])
    expect(await page.title()).toBe('qwen2.5 · perfgate')
    expect(await page.locator('.verdict').innerText()).toContain('none, no thresholds were set')
    expect(await page.locator('caption', { hasText: 'Benchmarking summary' }).count()).toBe(1)
    expect(await page.locator('.plot canvas').count()).toBe(5)
    expect(await page.locator('.waterfall tbody tr').count()).toBe(30)
    // Chromium draws something other than nothing: the scatter has pixels in the colours of both series.
    const colours = (await page.evaluate(COLOURS)) as Record<string, number>
    expect(colours['37,99,201']).toBeGreaterThan(27 * 4)
    expect(colours['15,138,109']).toBeGreaterThan(27 * 4)
    expect(troubles).toEqual([])
    await page.close()
  })

  test('filters leave the requests that pass them, and "Show all" brings the others back', async () => {
    const { page, troubles } = await open([run(THIRTY)])
    const count = page.locator('.filters output')
    const rows = page.locator('.waterfall tbody tr')
    await page.getByLabel('Outcome').selectOption('failed')
    expect(await count.innerText()).toBe('3 of 30 requests')
    expect(await rows.locator('th').allInnerTexts()).toEqual(['9', '19', '29'])
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Cause').selectOption('http-5xx')
    expect(await rows.count()).toBe(3)
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Latency at least, ms').fill('125')
    // Of 100 + i ms with i from 25 to 29, and 29 has failed.
    expect(await rows.locator('th').allInnerTexts()).toEqual(['25', '26', '27', '28'])
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Words in request or response').fill('answer 17')
    expect(await rows.locator('th').allInnerTexts()).toEqual(['17'])
    await page.getByLabel('Words in request or response').fill('of which there is none')
    expect(await count.innerText()).toBe('0 of 30 requests')
    await page.getByRole('button', { name: 'Show all' }).click()
    expect(await rows.count()).toBe(30)
    await page.getByRole('button', { name: /^Latency/ }).click()
    expect(await rows.locator('th').first().innerText()).toBe('28')
    await page.getByLabel('Logarithmic').check()
    expect(troubles).toEqual([])
    await page.close()
  })

  test('a click on a point opens its request with what was sent and what came back', async () => {
    const { page, troubles } = await open([run([madeRow(0)])])
    const plot = page.locator('.wide .u-over')
    const { width, height } = (await plot.boundingBox())!
    // One request: in the middle, at 100 of −3…105 ms.
    await plot.click({ position: { x: width / 2, y: height * (1 - 103 / 108) } })
    const dialog = page.getByRole('dialog', { name: 'Request 0' })
    await dialog.waitFor()
    const text = await dialog.innerText()
    expect(text).toContain('answer 0')
    expect(text).toContain('"content": "hello"')
    await page.keyboard.press('Escape')
    expect(await dialog.isVisible()).toBe(false)
    expect(troubles).toEqual([])
    await page.close()
  })

  test('dragging over the chart filters by time', async () => {
    const { page } = await open([run(THIRTY)])
    const box = (await page.locator('.wide .u-over').boundingBox())!
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9, box.y + 30, { steps: 3 })
    await page.mouse.up()
    const starts = await page.locator('.waterfall tbody td:nth-child(2)').allInnerTexts()
    // From 0 to 290 ms with a margin of 1 %: the middle is 145 ms.
    expect(starts[0]).toBe('0.150 s')
    expect(Number(starts.at(-1)!.replace(' s', ''))).toBeLessThan(0.27)
    await page.close()
  })

  test('everything can be reached by keyboard: arrows choose a request, Enter opens it', async () => {
    const { page } = await open([run(THIRTY)])
    await page.locator('.wide .plot').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Request 1' }).waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Close')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Open request 5', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Request 5' }).waitFor()
    await page.close()
  })

  test('what servers, datasets and users say stays text, wherever it is shown', async () => {
    const all = CORPUS.join('\n')
    const rows = CORPUS.flatMap((text, i) => [
      madeRow(2 * i, {
        request: JSON.stringify({ content: text }),
        response_messages: text,
        request_id: text,
        finish_reason: text,
      }),
      failedRow(2 * i + 1, text, text),
    ])
    const evil = run(rows, {
      name: all,
      startedAt: all,
      endpoint: { url: all, embedded: true },
      config: { model: all, [all]: all },
      errors: Object.fromEntries(CORPUS.map((text) => [text, 1])),
      failures: CORPUS.map((message) => ({ cause: message, status: 500, message, count: 2 })),
      notes: CORPUS,
      summary: { ...PUBLISHED.summary, resultDbPath: all, failedRequests: 9, totalRequests: 20 },
      thresholds: CORPUS.map((expression) => ({
        expression,
        actual: 1,
        limit: 2,
        unit: expression,
        n: 1,
        verdict: 'fail' as const,
        message: expression,
      })),
      client: { ...PUBLISHED.client, valid: false, reasons: CORPUS },
      environment: { ...PUBLISHED.environment, cpu: all, os: all, ci: all, commit: all, node: all },
      distributions: { ...PUBLISHED.distributions, [all]: PUBLISHED.distributions['latency']! },
    })
    const { page, troubles } = await open([evil, { ...evil }])
    await page.locator('.waterfall .open').first().click()
    await page.getByRole('dialog').waitFor()
    for (let i = 1; i < 12; i++) {
      await page.keyboard.press('Escape')
      await page.locator('.waterfall .open:visible').nth(i).click()
    }
    await page.keyboard.press('Escape')
    await page.getByLabel('Cause').first().selectOption(CORPUS[0]!)
    expect(await page.evaluate('document.querySelectorAll("script").length')).toBe(2)
    const foreign =
      'iframe, object, img, base, link, math, textarea, main style, [onerror], [onload], [onfocus], a[href^="javascript:"]'
    expect(await page.locator(foreign).count()).toBe(0)
    expect(page.url()).toMatch(/^file:/)
    expect(troubles).toEqual([])
    await page.close()
  })

  test('the content security policy refuses a script that is not the page’s own', async () => {
    const file = join(folder, 'planted.html')
    writeFileSync(
      file,
      renderHtml(set([run(undefined)])).replace(
        '<main>',
        '<main><img src=x onerror="window.planted=1"><script>window.planted=2</script>',
      ),
    )
    const { page, troubles } = await watchedPage(browser)
    await page.goto(pathToFileURL(file).href)
    expect(await page.evaluate('window.planted')).toBeUndefined()
    expect(troubles.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2)
    await page.close()
  })

  test('100,000 requests are drawn, filtered, sorted and opened', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => (i % 1000 === 999 ? failedRow(i, 'busy') : madeRow(i)))
    const { page, troubles } = await open([run(many)])
    const count = page.locator('.filters output')
    expect(await count.innerText()).toBe('100000 of 100000 requests')
    const spentMs = Number(await page.evaluate(CHOOSE_FAILED))
    console.log(`filtering 100,000 requests and drawing them anew took ${spentMs.toFixed(0)} ms`)
    expect(await count.innerText()).toBe('100 of 100000 requests')
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByRole('button', { name: /^Latency/ }).click()
    expect(await page.locator('.waterfall tbody th').first().innerText()).toBe('49')
    await page.getByRole('button', { name: 'Next' }).click()
    await page.locator('.waterfall .open').first().click()
    await page.getByRole('dialog').waitFor()
    expect(troubles).toEqual([])
    await page.close()
  })

  test('of a set one run is shown at a time, the others by link, list and address', async () => {
    const levels = [
      [1, 10, 100],
      [2, 20, 105],
      [4, 36, 120],
      [8, 38, 400],
    ] as const
    const runs = levels.map(([concurrency, qps, p99]) =>
      run(THIRTY, {
        summary: { ...PUBLISHED.summary, concurrency, qps },
        distributions: { ...PUBLISHED.distributions, latency: { ...PUBLISHED.distributions['latency']!, p99 } },
      }),
    )
    const { page, troubles } = await open(runs, {}, '#run-2')
    const shown = page.locator('section.run:visible h2')
    expect(await shown.innerText()).toBe('qwen2.5, 4 in parallel')
    expect(await page.locator('.badge.knee').count()).toBe(1)
    expect(await page.locator('tr', { has: page.locator('.badge.knee') }).innerText()).toContain('4 in parallel')
    await page.getByLabel('Run shown below').selectOption('0')
    await drawn(page)
    expect(await shown.innerText()).toBe('qwen2.5, 1 in parallel')
    await page.getByRole('link', { name: 'qwen2.5, 8 in parallel' }).click()
    await drawn(page)
    expect(await shown.innerText()).toBe('qwen2.5, 8 in parallel')
    expect(await page.locator('svg.intervals:visible').count()).toBe(4)
    expect(troubles).toEqual([])
    await page.close()
  })

  test('dark and light follow the system and the button, and paper is white', async () => {
    const { page, troubles } = await open([run(THIRTY)], { colorScheme: 'dark' })
    const back = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(await back()).toBe('rgb(18, 22, 29)')
    await page.getByRole('button', { name: 'Dark / light' }).click()
    expect(await back()).toBe('rgb(255, 255, 255)')
    await page.getByRole('button', { name: 'Dark / light' }).click()
    await page.emulateMedia({ media: 'print' })
    expect(await back()).toBe('rgb(255, 255, 255)')
    expect(await page.locator('.filters').isVisible()).toBe(false)
    expect(troubles).toEqual([])
    await page.close()
  })

  test('without a script the verdict and the tables are there', async () => {
    const file = join(folder, 'plain.html')
    writeFileSync(file, renderHtml(set([run(THIRTY)])))
    const { page } = await watchedPage(browser, { javaScriptEnabled: false })
    await page.goto(pathToFileURL(file).href)
    expect(await page.locator('.verdict').innerText()).toContain('none, no thresholds were set')
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(25)
    await page.close()
  })

  test('a run without a DB has its tables and its timeline, and says why it has no requests', async () => {
    const { page, troubles } = await open([run(undefined)])
    expect(await page.locator('.charts').innerText()).toContain('no result DB')
    expect(await page.locator('.plot canvas').count()).toBe(2)
    expect(troubles).toEqual([])
    await page.close()
  })
})
