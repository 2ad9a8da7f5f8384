import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { arrivedAt } from '../../src/client/arrival.ts'

const READS = 5

it('is the same for all reads of a turn of the event loop, however long they take, and newer in the next', async () => {
  const peers: Socket[] = []
  const server = createServer((socket) => void peers.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = Array.from({ length: READS }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  while (peers.length < READS) await new Promise(setImmediate)

  const turn = async (): Promise<{ stamps: number[]; readAt: number[] }> => {
    const stamps: number[] = []
    const readAt: number[] = []
    const read = Promise.all(
      sockets.map((socket) =>
        once(socket, 'data').then(() => {
          stamps.push(arrivedAt())
          readAt.push(performance.now())
          busy(3)
        }),
      ),
    )
    // All bytes are in the kernel, on loopback, before the loop looks again.
    for (const peer of peers) peer.write('x')
    busy(20)
    await read
    return { stamps, readAt }
  }
  const first = await turn()
  const second = await turn()
  for (const { stamps, readAt } of [first, second]) {
    expect(new Set(stamps).size).toBe(1)
    expect(stamps[0]).toBeLessThanOrEqual(readAt[0]!)
    expect(readAt.at(-1)! - readAt[0]!).toBeGreaterThan(3 * (READS - 1))
  }
  expect(second.stamps[0]).toBeGreaterThan(first.readAt.at(-1)!)
  for (const socket of sockets) socket.destroy()
  server.close()
})

function busy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
