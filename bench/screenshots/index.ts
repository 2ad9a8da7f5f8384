/** `npm run screenshots`: the pictures of docs/images: a run, a sweep, a comparison, a capacity search, a folder in `view`. */
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { startServerThread } from '../../fixtures/index.ts'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { processIo } from '../../src/cli/io.ts'
import { startView } from '../../src/cli/view/server.ts'

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const SIZE = { width: 1000, height: 900 }
/** Of the pages with many charts, from their top. */
const LARGE = { width: 1240, height: 1180 }
const LONG = { width: 1240, height: 2480 }
const folder = mkdtempSync(join(tmpdir(), 'perfgate-pictures-'))
const sweep = join(folder, 'sweep')
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

/** Levels of one scenario, of a server that has fewer slots than the last of them asks for, and fails now and then. */
async function measureSweep(): Promise<void> {
  const server = await startServerThread({
    slots: 8,
    ttft: { kind: 'lognormal', meanMs: 40, stddevMs: 20 },
    itl: { kind: 'normal', meanMs: 3, stddevMs: 1 },
    outputTokens: { min: 10, max: 35 },
    faults: ['http-500:0.02'],
  })
  const levels = ['--parallel', '1', '2', '4', '8', '16', '--number', '30', '60', '120', '200', '300']
  const gates = ['p99(latency) <= 250 ms', 'p95(ttft) <= 150 ms', 'qps >= 4'].flatMap((one) => ['--threshold', one])
  const place = ['--no-timestamp', '--outputs-dir', sweep, '--on-invalid', 'warn', '--sleep-interval', '0']
  try {
    await perfgate('--url', server.url, '--model', 'qwen2.5', '--name', 'chat', ...levels, ...gates, ...place)
  } finally {
    await server.close()
  }
}

async function picture(page: Page, name: string, address: string, size = SIZE): Promise<void> {
  await page.setViewportSize(size)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto(address)
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(IMAGES, `${name}-${colorScheme}.png`) })
  }
}

await bundlePage()
await measure()
await measureSweep()
const view = await startView(folder)
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  const page = await browser.newPage({ viewport: SIZE })
  await picture(page, 'view', view.url)
  const [highest] = globSync('*16*.db', { cwd: sweep })
  for (const [name, shown, size] of [
    ['run', join(sweep, highest!), LONG],
    ['set', sweep, LARGE],
  ] as const) {
    const html = join(folder, `${name}.html`)
    await perfgate('report', shown, '--out', html)
    await picture(page, `report-${name}`, pathToFileURL(html).href, size)
  }
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
