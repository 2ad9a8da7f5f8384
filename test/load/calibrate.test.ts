import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** A server that answers a while later, and remembers how many requests were open when each came. */
let server: Server
let openAtArrival: number[]
let port: number
let calibration: typeof import('../../src/load/calibrate.ts')

beforeEach(async () => {
  openAtArrival = []
  let open = 0
  server = createServer((request, response: ServerResponse) => {
    openAtArrival.push(++open)
    request.resume().on('end', () =>
      setTimeout(() => {
        open--
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n`)
      }, 2),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  // A thread is warmed once: each test has the module as a new thread has it.
  vi.resetModules()
  calibration = await import('../../src/load/calibrate.ts')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

test('what the harness adds is timed when all warming is over, also where that began before', async () => {
  let warmed = false
  const warming = calibration.warm().then(() => {
    warmed = true
  })
  let warmedAtFirst: boolean | undefined
  server.once('request', () => {
    warmedAtFirst = warmed
  })
  const overheadMs = await calibration.calibrate({ port, requests: 0, timed: true })
  await warming
  expect(warmedAtFirst).toBe(true)
  // Each of them alone on the server, or its latency would be that of a crowd.
  expect(openAtArrival).toEqual(Array(20).fill(1))
  expect(overheadMs).toBeGreaterThanOrEqual(2)
})

test('a thread sends as many requests as a run wants it warmed with, counting those of before', async () => {
  await calibration.calibrate({ port, requests: 600, timed: true })
  // 120 went to the thread's own server; a round of 500 follows.
  expect(openAtArrival).toHaveLength(500 + 20)
  await calibration.calibrate({ port, requests: 620, timed: true })
  expect(openAtArrival).toHaveLength(500 + 20 + 20)
  // Where the figure is kept, the thread is only warmed.
  expect(await calibration.calibrate({ port, requests: 1100, timed: false })).toBeUndefined()
  expect(openAtArrival).toHaveLength(500 + 20 + 20 + 500)
})
