/** Keeps long work on the main thread seen, and the thread free for interrupts and timers in between. */
import { setImmediate } from 'node:timers/promises'

/** Longest work before the event loop has its turn, and time between two notices. */
const TURN_MS = 50
const NOTICE_MS = 5000

/**
 * @param what has been done, in words, such as `prepared prompts`
 * @param of how many there will be
 * @returns to be awaited after each piece of work, with how many are done
 */
export function pacer(what: string, of: number, notice: (text: string) => void): (done: number) => Promise<void> {
  let turnAt = performance.now()
  let noticeAt = turnAt
  return async (done) => {
    const now = performance.now()
    if (now - turnAt < TURN_MS) return
    await setImmediate()
    turnAt = performance.now()
    if (now - noticeAt < NOTICE_MS) return
    noticeAt = now
    notice(`${what}: ${done} of ${of}`)
  }
}
