/** `npm run screenshots`: the pictures of docs/images, of a comparison, a capacity search and a folder seen in `view`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { bundlePage } from '../../bundlePage.ts'
import { startServerThread } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { processIo } from '../../src/cli/io.ts'
import { startView } from '../../src/cli/view/server.ts'

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const SIZE = { width: 1000, height: 900 }
const folder = mkdtempSync(join(tmpdir(), 'perfgate-pictures-'))
const quiet = { ...processIo(), stdout: { write: () => true }, stderr: { write: () => true } }

async function perfgate(...words: string[]): Promise<void> {
  const code = await main(words, quiet)
  if (code > 1) throw new Error(`perfgate ${words.join(' ')}: exit code ${code}`)
}

async function measure(): Promise<void> {
  const timing = { slots: 8, itl: { meanMs: 1 }, outputTokens: 8 }
  const base = await startServerThread({ ...timing, ttft: { meanMs: 20 } })
  const head = await startServerThread({ ...timing, ttft: { meanMs: 26 } })
  const common = ['--model', 'qwen2.5', '--no-timestamp', '--outputs-dir', folder, '--on-invalid', 'warn']
  try {
    const sides = ['--baseline-url', base.url, '--candidate-url', head.url, '--parallel', '4', '--number', '160']
    const tolerated = ['p50(latency) 5 %', 'p99(ttft) 10 %', 'qps 3 %'].flatMap((one) => ['--regression', one])
    await perfgate('compare', ...common, '--name', 'compared', ...sides, ...tolerated)
    const search = ['--sla-auto-tune', '--sla-params', '[{"p99_latency":"<=0.08"}]', '--sla-upper-bound', '32']
    const small = ['--sla-num-runs', '1', '--sla-number-multiplier', '5', '--sleep-interval', '0']
    await perfgate('--url', base.url, ...common, '--name', 'searched', ...search, ...small)
  } finally {
    await Promise.all([base.close(), head.close()])
  }
}

async function picture(page: Page, name: string, address: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto(address)
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(IMAGES, `${name}-${colorScheme}.png`) })
  }
}

await bundlePage()
await measure()
const view = await startView(folder)
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  const page = await browser.newPage({ viewport: SIZE })
  await picture(page, 'view', view.url)
  for (const [name, kind] of [
    ['compared', 'comparison'],
    ['searched', 'capacity'],
  ] as const) {
    const html = join(folder, `${kind}.html`)
    await perfgate('report', join(folder, `qwen2.5_${name}_${kind}.json`), '--out', html)
    await picture(page, `report-${kind}`, pathToFileURL(html).href)
  }
} finally {
  await browser.close()
  await view.close()
  rmSync(folder, { recursive: true })
}
