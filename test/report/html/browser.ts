/** Chromium without a network of its own, or why there is none. */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const noBrowser = existsSync(PATH) ? '' : `no Chromium at ${PATH}; set CHROMIUM to its path`

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: FLAGS })
}

export interface Watched {
  page: Page
  /** Errors and warnings of the console, uncaught errors, and addresses asked for beside the page. */
  troubles: string[]
}

export async function watchedPage(browser: Browser, options: Parameters<Browser['newPage']>[0] = {}): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') troubles.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`))
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (request.resourceType() !== 'document') troubles.push(`asked for ${request.url()}`)
  })
  return { page, troubles }
}

/** Waits until the charts of the run in view are drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForSelector('section.run:not([hidden]) .charts[data-ready]')
}
