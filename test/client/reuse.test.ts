/** A request starts when it is written, not when undici is asked to: what lies between is not the server's time. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Wire } from './wire.ts'

const EVENT = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${EVENT.length}\r\n\r\n${EVENT}`

function busy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('is written at once on a connection that has just been used, and starts when undici writes it on any other', async () => {
  const wire = new Wire()
  await wire.listen()
  const wired = await wire.connect()
  const { connection } = wired
  const answered = async (sent: Promise<unknown>): Promise<void> => {
    while (Number.isNaN(connection.quietSince)) await new Promise(setImmediate)
    wire.peers[0]!.write(ANSWER)
    expect(await sent).toMatchObject({ cause: undefined, text: 'a', connected: false })
  }
  await answered(wired.send())

  const second = wired.send()
  // Quiet since it was sent: NaN until then.
  expect(connection.quietSince).toBeGreaterThanOrEqual(connection.startedAt)
  await answered(second)

  // After a rest undici looks first whether the server has closed it.
  await delay(1100)
  const before = performance.now()
  const third = wired.send()
  expect(connection.quietSince).toBeNaN()
  busy(30)
  while (Number.isNaN(connection.quietSince)) await new Promise(setImmediate)
  expect(connection.startedAt).toBeGreaterThanOrEqual(before + 30)
  expect(connection.quietSince).toBeGreaterThanOrEqual(connection.startedAt)
  await answered(third)
  wire.close()
})
