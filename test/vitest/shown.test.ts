/** What others show of our tests: Vitest's HTML report in a browser, and GitHub's annotations and job summary. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noBrowser } from '../report/html/browser.ts'
import { type Finished, projectPath, runVitest, temporaryFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { expectShown } from './shownPage.ts'

const { path: folder, remove } = temporaryFolder()
const html = join(folder, 'html')
const jobSummary = join(folder, 'job.md')
let endpoint: Endpoint
let finished: Finished

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
  finished = await runVitest('shown', [], {
    ENDPOINT: endpoint.url,
    OUTPUTS: join(folder, 'outputs'),
    HTML: html,
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: jobSummary,
    GITHUB_WORKSPACE: projectPath(''),
  })
})
afterAll(async () => {
  await endpoint.close()
  remove()
})

test('GitHub is told each failure once, a broken threshold where its perfTest is called', () => {
  expect(finished.code).toBe(1)
  const errors = finished.stdout.split('\n').filter((line) => line.startsWith('::'))
  expect(errors).toHaveLength(2)
  const source = readFileSync(join(projectPath('shown'), 'shown.perf.ts'), 'utf8').split('\n')
  const line = (text: string): number => source.findIndex((one) => one.includes(text)) + 1
  const broken = errors.find((one) => one.includes('ThresholdError'))!
  expect(broken).toMatch(
    new RegExp(
      `^::error file=shown/shown\\.perf\\.ts,line=${line("perfTest('breaks'")},column=\\d+,title=\\[perf\\] breaks::`,
    ),
  )
  expect(broken).toMatch(/::ThresholdError: p99\(latency\) .* is above the limit of 1 ms/)
  expect(errors.find((one) => one !== broken)).toContain(`line=${line('toBe(7)')}`)
})

test('the job summary has our table, thresholds first', () => {
  const text = readFileSync(jobSummary, 'utf8')
  const [, ours] = text.split('## ❌ perfgate: ') as [string, string]
  expect(ours.split('\n')[0]).toMatch(/^fail, \d of \d tests passed, 2 failed/)
  expect(ours.indexOf('&gt; breaks: ThresholdError: p99(latency)')).toBeLessThan(ours.indexOf('<details>'))
  expect(readFileSync(join(folder, 'outputs', 'summary.md'), 'utf8')).toContain(ours.split('\n')[0])
})

describe.skipIf(noBrowser !== '')(`Vitest’s HTML report in Chromium ${noBrowser}`, () => {
  test('shows the verdict and each figure', async () => {
    const server = await serve(html)
    const browser = await launch()
    const page = await browser.newPage()
    // Its fonts are asked for on the network.
    await page.route(/^https:/, (route) => route.abort())
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await expectShown(page)
    await browser.close()
    server.close()
  })
})

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

async function serve(root: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const path = new URL(url!, 'http://x').pathname
    try {
      const body = readFileSync(join(root, path === '/' ? 'index.html' : path))
      response
        .writeHead(200, { 'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream' })
        .end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
