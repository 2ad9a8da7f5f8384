/** What Vitest's own pages, the HTML report and the UI, have to show of the project `shown`. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** @param page on which the tests are listed, or will be */
export async function expectShown(page: Page): Promise<void> {
  await page.getByText('breaks', { exact: true }).first().click()
  const notes = page.getByRole('note')
  await notes.first().waitFor()
  expect(await notes.first().innerText()).toMatch(/^perf\.summary\s+fail, 1 of 2 thresholds broken/)
  await expect
    .poll(async () => (await notes.allInnerTexts()).map((text) => text.split(/\n+/)))
    .toContainEqual(['perf.total_requests', '6'])
  await expect
    .poll(async () => (await notes.allInnerTexts()).join('\n\n'))
    .toMatch(/^perf\.threshold p99\(latency\) < 1 ms/m)
  if (process.env['PERFGATE_SCREENSHOT']) await page.screenshot({ path: process.env['PERFGATE_SCREENSHOT'] })
}
