/** Timers for any delay. Node takes 2^31 − 1 ms (24.8 days) at most, and fires a timer with a longer delay after 1 ms. */

import { performance } from 'node:perf_hooks'
import { clearTimeout, setTimeout } from 'node:timers'

/** Largest delay of setTimeout, 2^31 − 1 ms. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1

export interface Timer {
  /** Does nothing once the timer has fired. */
  stop(): void
}

/**
 * Calls `action` once, after any number of milliseconds; never with Infinity.
 * @param held false: the process may end before
 */
export function startTimer(action: () => void, delayMs: number, { held = true }: { held?: boolean } = {}): Timer {
  const dueAt = performance.now() + delayMs
  let timer: NodeJS.Timeout
  const wait = (leftMs: number): void => {
    timer = setTimeout(
      () => {
        if (leftMs > LONGEST_DELAY_MS) wait(dueAt - performance.now())
        else action()
      },
      Math.min(leftMs, LONGEST_DELAY_MS),
    )
    if (!held) timer.unref()
  }
  wait(delayMs)
  return { stop: () => clearTimeout(timer) }
}

/**
 * The delay of one timer of a loop that looks at the clock when it fires and waits again: whole milliseconds as Node
 * counts them, one less than is left, so that the last wait ends within one of its time.
 */
export function nextDelayMs(leftMs: number): number {
  return Math.min(LONGEST_DELAY_MS, Math.max(1, Math.floor(leftMs)))
}

/** Waits, and no longer once the signal is aborted: it resolves then, too. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const timer = startTimer(() => {
      signal?.removeEventListener('abort', wake)
      resolve()
    }, milliseconds)
    function wake(): void {
      timer.stop()
      resolve()
    }
    signal?.addEventListener('abort', wake, { once: true })
  })
}
