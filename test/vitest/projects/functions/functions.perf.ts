import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { perfTest } from 'perfgate/vitest'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

let url: string | undefined
let server: Server
let requests = 0
beforeAll(async () => {
  server = createServer((request, response) => {
    requests++
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({
          choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      )
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())
afterEach(() => {
  requests = 0
})

const load = { model: 'm', number: 3, stream: false, noTestConnection: true, onInvalid: 'warn' } as const
const KEPT = { 'p99(latency)': '<= 60 s' }

perfTest(
  'of a server that a hook started',
  () => ({ ...load, url, thresholds: KEPT }),
  ({ result }) => {
    expect(requests).toBe(3)
    expect(result.endpoint.embedded).toBe(false)
  },
)
perfTest(
  'async',
  async () => ({ ...load, url: await Promise.resolve(url) }),
  () => {
    expect(requests).toBe(3)
  },
)

interface Fixtures {
  endpoint: string
  amount: number
  mark: string
}
let opened = 0
const extended = perfTest.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from it.
  endpoint: async ({}, use) => {
    opened++
    await use(url!)
    opened--
  },
  amount: [3, { injected: true }],
  mark: 'a mark',
})
extended(
  'with fixtures of the scenario and of the body',
  ({ endpoint, amount, task }) => ({ ...load, url: endpoint, number: amount, name: task.name }),
  ({ mark, result }) => {
    expect([mark, opened, requests, result.name]).toEqual([
      'a mark',
      1,
      3,
      'with fixtures of the scenario and of the body',
    ])
  },
)
extended('with a fixture of the body alone', { ...load, embedded: {} }, ({ mark }) => {
  expect([mark, opened]).toEqual(['a mark', 0])
})
extended.for([2, 4])(
  'the row %i and the context',
  (number, { endpoint }) => ({ ...load, url: endpoint, number }),
  ({ result }) => {
    expect(requests).toBe(result.summary.totalRequests)
  },
)
extended.runIf(true).for([[1, 2]])(
  'a row that is a list',
  ([first, second], { endpoint }) => ({ ...load, url: endpoint, number: first! + second! }),
  () => {
    expect(requests).toBe(3)
  },
)
perfTest.each([2, 4])(
  'each row %i',
  (number) => ({ ...load, url, number }),
  ({ result }) => {
    expect(requests).toBe(result.summary.totalRequests)
  },
)
extended.compare(
  'compared',
  ({ endpoint }) => ({
    ...load,
    number: 16,
    blocks: 8,
    maxBlocks: 8,
    baseline: endpoint,
    candidate: endpoint,
    regressions: { 'p50(latency)': '10000 %' },
  }),
  ({ comparison, mark }) => expect([comparison.baseline.totalRequests, mark]).toEqual([16, 'a mark']),
)
extended.capacity(
  'searched',
  ({ endpoint }) => ({
    ...load,
    url: endpoint,
    slaUpperBound: 2,
    sleepInterval: 0,
    sla: { 'p99(latency)': '<= 60 s' },
  }),
  ({ capacity, mark }) => expect([capacity.criteria[0]!.maxSatisfied, mark]).toEqual([2, 'a mark']),
)
