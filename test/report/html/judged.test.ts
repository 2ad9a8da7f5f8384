/** Comparisons and capacity searches in a real browser. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../../scripts/bundlePage.ts'
import { main } from '../../../src/cli/index.ts'
import { fakeWorld } from '../../cli/fakeWorld.ts'
import { COMPARED } from '../comparedResult.ts'
import { CAPACITY } from '../foundCapacity.ts'
import { madeDb } from '../madeDb.ts'
import { failedRow, madeRow } from '../rows.ts'
import { drawn, launch, noBrowser, type Watched, watchedPage } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-judged-'))
let browser: Browser

beforeAll(async () => {
  await bundlePage()
  if (noBrowser === '') browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

async function reported(name: string, content: object): Promise<Watched> {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify(content))
  const page = join(folder, `${name}.html`)
  expect(await main(['report', file, '--out', page], fakeWorld())).toBe(0)
  const watched = await watchedPage(browser)
  await watched.page.goto(pathToFileURL(page).href)
  return watched
}

/** Texts of a picture that lie on each other; a line's height is more than its letters'. */
const OVERLAPS = `(svg) => {
  const texts = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBBox() }))
  const apart = (a, b) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height - 3 <= b.y || b.y + b.height - 3 <= a.y
  return texts.flatMap((one, i) =>
    texts.slice(i + 1).filter((other) => !apart(one.box, other.box)).map((other) => [one.text, other.text]))
}`
/** @param pictures a selector; all that it finds are looked at */
const overlaps = (page: Page, pictures: string): Promise<string[][]> =>
  page.evaluate(`[...document.querySelectorAll('${pictures}')].flatMap(${OVERLAPS})`)

const numbers = (places: Locator, name: string): Promise<number[]> =>
  places.evaluateAll((all, attribute) => all.map((one) => Number(one.getAttribute(attribute))), name)

describe.skipIf(noBrowser !== '')(`in Chromium ${noBrowser}`, () => {
  test('a comparison has its verdict, and each shift with its interval against its tolerance', async () => {
    for (const [name, requests] of [
      ['baseline', [madeRow(0), madeRow(1)]],
      ['candidate', [madeRow(0), failedRow(1, 'busy')]],
    ] as const)
      madeDb(requests, { name: `chat, ${name}` }, folder, `qwen2.5_benchmark_${name}`)
    const { page, troubles } = await reported('comparison', COMPARED)
    await drawn(page)
    expect(await page.locator('h1').innerText()).toBe('head against base')
    expect(await page.locator('.compared .verdict').first().innerText()).toContain('fail, 1 of 3 figures')
    const chart = page.locator('svg.shifts')
    const [zero] = await numbers(chart.locator('.zero'), 'x1')
    const [limit] = await numbers(chart.locator('.limit'), 'x1')
    const tolerance = limit! - zero!
    // p50(latency) +10.2 % of 5 %, qps −0.3 % of 3 % where less is worse, p99(ttft) +1.9 % of 10 %.
    const dots = await numbers(chart.locator('circle'), 'cx')
    const places = dots.map((x) => (x - zero!) / tolerance)
    for (const [i, place] of [2.04, 0.1, 0.19].entries()) expect(places[i]).toBeCloseTo(place, 2)
    const from = await numbers(chart.locator('.whisker'), 'x1')
    expect((from[0]! - zero!) / tolerance).toBeCloseTo(1.62, 2)
    expect(await chart.locator('.whisker.open').count()).toBe(1)
    expect(await page.locator('.compared tbody tr').first().innerText()).toMatch(/p50\(latency\).*\+10\.2 % \[\+8\.1/s)
    // The requests of both sides are there to dig in.
    await page.getByLabel('Run shown below').selectOption('1')
    await drawn(page)
    expect(await page.locator('section.run:visible h2').innerText()).toBe('chat, candidate')
    expect(troubles).toEqual([])
    await page.close()
  })

  test('a capacity search has its answers, and its levels in order of load with those that do not hold', async () => {
    const { page, troubles } = await reported('capacity', CAPACITY)
    expect(await page.locator('.capacity .verdict').innerText()).toContain(
      'fail, maxParallel 6 with p99_latency <= 1 s',
    )
    const [throughput, latency] = [page.locator('svg.levels').nth(0), page.locator('svg.levels').nth(1)]
    const held = await numbers(latency.locator('circle'), 'cx')
    expect(held).toHaveLength(3)
    expect(held).toEqual(held.toSorted((a, b) => a - b))
    expect(await latency.locator('.cross').count()).toBe(1)
    const [answer] = await numbers(throughput.locator('.answer'), 'x1')
    expect(answer).toBe(held[2])
    const last = page.locator('.capacity table', { hasText: 'levels tried' }).locator('tbody tr').last()
    expect((await last.innerText()).split('\t')).toEqual([
      '8',
      '80',
      '10',
      '160',
      '0.7',
      '1.4',
      '0.1',
      '100 %',
      'no',
      '3',
    ])
    expect(troubles).toEqual([])
    await page.close()
  })

  test('texts of both pictures do not lie on each other, and the answer is named on the axis', async () => {
    const compared = await reported('close', COMPARED)
    expect(await overlaps(compared.page, 'svg.shifts')).toEqual([])
    await compared.page.close()
    // As a search goes: doubled, halved, and at last one by one, where throughput hardly changes.
    const [first] = CAPACITY.steps
    const steps = [1, 2, 4, 8, 16, 32, 24, 20, 18, 17].map((level) => ({
      ...first!,
      level,
      qps: Math.min(level, 9) + level / 50,
      p99LatencySeconds: 0.4 + Math.max(0, level - 8) / 20,
      satisfied: [level <= 16],
    }))
    const criteria = CAPACITY.criteria.map((criterion) => ({ ...criterion, maxSatisfied: 16 }))
    const { page } = await reported('searched', { ...CAPACITY, steps, criteria })
    expect(await overlaps(page, 'svg.levels')).toEqual([])
    for (const picture of await page.locator('svg.levels').all()) {
      const answer = picture.locator('.answer')
      const label = picture.locator('text', { hasText: /^16$/ })
      expect(await label.getAttribute('x')).toBe(await answer.getAttribute('x1'))
    }
    await page.close()
  })
})
