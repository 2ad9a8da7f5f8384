/** Timers for delays beyond what Node takes. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LONGEST_DELAY_MS, nextDelayMs, sleep, startTimer } from '../../src/config/timers.ts'

// Fake timers of a test do not reach perfgate's own; here they must.
vi.mock('node:timers', () => ({
  setTimeout: (action: () => void, ms: number) => globalThis.setTimeout(action, ms),
  clearTimeout: (timer: NodeJS.Timeout) => globalThis.clearTimeout(timer),
}))
vi.mock('node:perf_hooks', () => ({ performance: { now: () => globalThis.performance.now() } }))

const MONTH_MS = 30 * 86_400_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

it('a timer of any length fires when it is due, and once', () => {
  for (const delay of [0, 1, 1000, LONGEST_DELAY_MS, LONGEST_DELAY_MS + 1, 3 * MONTH_MS]) {
    const fired = vi.fn()
    startTimer(fired, delay)
    if (delay > 0) vi.advanceTimersByTime(delay - 1)
    expect(fired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fired).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(MONTH_MS)
    expect(fired).toHaveBeenCalledOnce()
  }
})

it('is never given to Node with a longer delay than that takes', () => {
  const given = vi.spyOn(globalThis, 'setTimeout')
  startTimer(() => {}, Number.POSITIVE_INFINITY)
  startTimer(() => {}, 1e300)
  vi.advanceTimersByTime(4 * MONTH_MS)
  expect(given.mock.calls.length).toBeGreaterThan(4)
  expect(Math.max(...given.mock.calls.map(([, delay]) => delay!))).toBe(LONGEST_DELAY_MS)
  expect(nextDelayMs(1e303)).toBe(LONGEST_DELAY_MS)
  expect([nextDelayMs(0.4), nextDelayMs(7.9)]).toEqual([1, 7])
})

it('stops in any of its parts', () => {
  const fired = vi.fn()
  const timer = startTimer(fired, 2 * MONTH_MS)
  vi.advanceTimersByTime(MONTH_MS)
  timer.stop()
  vi.advanceTimersByTime(2 * MONTH_MS)
  expect(fired).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})

it('a sleep ends when it is over, or with its signal, and leaves no timer behind', async () => {
  const stop = new AbortController()
  const woken: string[] = []
  const sleeps = [
    sleep(10).then(() => woken.push('ten')),
    sleep(MONTH_MS, stop.signal).then(() => woken.push('month')),
    sleep(5, AbortSignal.abort()).then(() => woken.push('aborted')),
  ]
  await vi.advanceTimersByTimeAsync(10)
  expect(woken).toEqual(['aborted', 'ten'])
  stop.abort()
  await Promise.all(sleeps)
  expect(woken).toEqual(['aborted', 'ten', 'month'])
  expect(vi.getTimerCount()).toBe(0)
})
