import { once } from 'node:events'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { lockMachine } from '../../src/testing/machineLock.ts'
import { exclusively } from '../../src/testing/turn.ts'
import { startNode } from '../vitest/childVitest.ts'

const never = new AbortController().signal
const quiet = { what: 'chat', say: () => {} }
const exclusive = new URL('../../src/testing/turn.ts', import.meta.url)

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

test('the next load begins when the one before has ended, in the order of asking', async () => {
  const events: string[] = []
  const first = gate()
  const load = (name: string, until?: Promise<void>): Promise<void> =>
    exclusively(
      never,
      async () => {
        events.push(`${name} begins`)
        await until
        events.push(`${name} ends`)
      },
      quiet,
    )
  const all = [load('a', first.opened), load('b'), load('c')]
  await new Promise(setImmediate)
  first.open()
  await Promise.all(all)
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a load that fails does not block the next', async () => {
  await expect(exclusively(never, () => Promise.reject(new Error('no')), quiet)).rejects.toThrow('no')
  await expect(exclusively(never, async () => 'yes', quiet)).resolves.toBe('yes')
})

test('one that is cancelled while it waits does not begin', async () => {
  const first = gate()
  const cancelling = new AbortController()
  const a = exclusively(never, () => first.opened, quiet)
  const b = exclusively(cancelling.signal, async () => 'begun', quiet)
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
       await exclusively(new AbortController().signal, () => { process.send('held'); return new Promise((resolve) => setTimeout(resolve, 60_000)) }, { what: 'soak', say() {} })`,
    ],
    {},
  )
  await once(other, 'message')
  const waiting = gate()
  let begun = false
  let told = ''
  const mine = exclusively(
    never,
    async () => {
      begun = true
    },
    {
      what: 'chat',
      say: (text) => {
        told = text
        waiting.open()
      },
    },
  )
  await waiting.opened
  expect(begun).toBe(false)
  expect(told).toBe(`waiting: another perf test runs on this machine: "soak" (process ${other.pid})`)
  // Waiting has an end.
  await expect(lockMachine(never, { ...quiet, longestMs: 300 })).rejects.toThrow(
    `waited 0.3 s for another perf test on this machine: "soak" (process ${other.pid}), which still runs; end that process`,
  )
  other.kill('SIGKILL')
  await mine
  expect(begun).toBe(true)
})

test.each<[string, (own: string) => void]>([
  ['the folder is a link', (own) => symlinkSync(mkdtempSync(join(tmpdir(), 'target-')), own)],
  ['the lock is a folder', (own) => mkdirSync(join(own, 'load.lock'), { recursive: true, mode: 0o700 })],
  [
    'the lock is something else',
    (own) => {
      mkdirSync(own, { mode: 0o700 })
      writeFileSync(join(own, 'load.lock'), 'x'.repeat(5000))
    },
  ],
])('where %s, loads run, without waiting for those of other processes, and a notice says so', async (_, put) => {
  const parent = mkdtempSync(join(tmpdir(), 'perfgate-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, parent)
  vi.resetModules()
  const fresh = await import('../../src/testing/machineLock.ts')
  put(join(parent, `perfgate-${process.getuid?.()}`))
  const told: string[] = []
  const request = { what: 'chat', say: (text: string) => void told.push(text) }
  ;(await fresh.lockMachine(never, request))()
  ;(await fresh.lockMachine(never, request))()
  vi.unstubAllEnvs()
  expect(told).toEqual([
    expect.stringMatching(/^loads of other processes on this machine are not waited for: .*perfgate-/),
  ])
})
