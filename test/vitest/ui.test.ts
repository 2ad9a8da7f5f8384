/** `vitest --ui`: what it shows of our tests, in a browser. */
import { once } from 'node:events'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noBrowser } from '../report/html/browser.ts'
import { startVitest, temporaryFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { expectShown } from './shownPage.ts'

const { path: folder, remove } = temporaryFolder()
let endpoint: Endpoint

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
})
afterAll(async () => {
  await endpoint.close()
  remove()
})

describe.skipIf(noBrowser !== '')(`Vitest’s UI in Chromium ${noBrowser}`, () => {
  test('shows the verdict and each figure', async () => {
    const child = startVitest('shown', ['--ui', '--watch', '--open=false', '--api.host=127.0.0.1', '--api.port=0'], {
      ENDPOINT: endpoint.url,
      OUTPUTS: join(folder, 'outputs'),
      HTML: join(folder, 'html'),
    })
    const ended = once(child, 'close')
    let text = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (part: string) => (text += stripVTControlCharacters(part)))
    try {
      const browser = await launch()
      await expect.poll(() => text).toMatch(/UI started at\s+http\S+/)
      const [, url] = /UI started at\s+(http\S+)/.exec(text)!
      const page = await browser.newPage()
      // Its fonts are asked for on the network.
      await page.route(/^https:/, (route) => route.abort())
      await page.goto(url!)
      await expectShown(page)
      await browser.close()
    } finally {
      child.kill()
      await ended
    }
  })
})
