/** What blocks of a comparison need of a pool: to go on where the last block ended, over connections that are open. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { LoadPool, packBodies } from '../../src/load/index.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { C, ROW } from '../../src/samples/index.ts'

test('blocks continue the numbering, and connections the server closed meanwhile are opened before the next', async () => {
  const bodies: string[] = []
  const sockets: Socket[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    bodies.push(text)
    response.end(JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }))
  })
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rows: { index: number; connected: boolean; failed: boolean }[] = []
  const pool = new LoadPool({
    api: 'openai',
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    path: '/v1/chat/completions',
    headers: ['content-type', 'application/json'],
    stream: false,
    connectTimeoutMs: 5000,
    readTimeoutMs: 5000,
    totalTimeoutMs: 5000,
    bodies: packBodies(['0', '1', '2', '3', '4']),
    workers: 1,
    onBatch: ({ numbers, count }) => {
      for (let row = 0; row < count; row++)
        rows.push({
          index: numbers[row * ROW + C.index]!,
          connected: !Number.isNaN(numbers[row * ROW + C.connectedAt]!),
          failed: numbers[row * ROW + C.cause]! >= 0,
        })
    },
  })
  const [{ level }] = levelsOf(resolveConfig({ parallel: 2, number: 3 })) as [ReturnType<typeof levelsOf>[number]]
  for (const firstIndex of [0, 3]) {
    await pool.preconnect(level)
    await pool.run({ ...level, firstIndex }, false)
    await Promise.all(sockets.splice(0).map((socket) => once(socket.end(), 'close')))
  }
  await pool.close()
  server.close()
  expect(rows.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4, 5])
  expect(bodies.sort()).toEqual(['0', '0', '1', '2', '3', '4'])
  expect(rows.filter(({ connected, failed }) => connected || failed)).toEqual([])
})
