import { once } from 'node:events'
import { expect, test } from 'vitest'
import { exclusively } from '../../src/testing/turn.ts'
import { startNode } from '../vitest/childVitest.ts'

const never = new AbortController().signal
const exclusive = new URL('../../src/testing/turn.ts', import.meta.url)

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

test('the next load begins when the one before has ended, in the order of asking', async () => {
  const events: string[] = []
  const first = gate()
  const load = (name: string, until?: Promise<void>): Promise<void> =>
    exclusively(never, async () => {
      events.push(`${name} begins`)
      await until
      events.push(`${name} ends`)
    })
  const all = [load('a', first.opened), load('b'), load('c')]
  await new Promise(setImmediate)
  first.open()
  await Promise.all(all)
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a load that fails does not block the next', async () => {
  await expect(exclusively(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(exclusively(never, async () => 'yes')).resolves.toBe('yes')
})

test('one that is cancelled while it waits does not begin', async () => {
  const first = gate()
  const cancelling = new AbortController()
  const a = exclusively(never, () => first.opened)
  const b = exclusively(cancelling.signal, async () => 'begun')
  cancelling.abort(new Error('cancelled'))
  first.open()
  await a
  await expect(b).rejects.toThrow('cancelled')
})

test('another process holds the machine until it ends, even when it is killed', async () => {
  const other = startNode(
    import.meta.dirname,
    [
      '--input-type=module',
      '-e',
      `const { exclusively } = await import('${exclusive.href}')
       await exclusively(new AbortController().signal, () => { process.send('held'); return new Promise((resolve) => setTimeout(resolve, 60_000)) })`,
    ],
    {},
  )
  await once(other, 'message')
  const waiting = gate()
  let begun = false
  const mine = exclusively(
    never,
    async () => {
      begun = true
    },
    waiting.open,
  )
  await waiting.opened
  expect(begun).toBe(false)
  other.kill('SIGKILL')
  await mine
  expect(begun).toBe(true)
})
