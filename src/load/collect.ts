/** A collection of garbage when nothing is measured, so that it need not come when something is. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The flag is the whole process's: another load thread may take it back just now, but each does so only once. */
const MOST_TRIES = 1000

/** There where Node was started with `--expose-gc`. */
let gc = globalThis.gc as (() => void) | undefined

/**
 * Collects all garbage of the calling thread, which waits for it: some milliseconds.
 *
 * @returns whether it was; where it cannot be, it comes when V8 wants it
 */
export function collectGarbage(): boolean {
  for (let tries = 0; gc === undefined && tries < MOST_TRIES; tries++) {
    // V8 gives the function to new contexts while the flag is set; no other is made meanwhile on this thread.
    setFlagsFromString('--expose-gc')
    gc = runInNewContext('globalThis.gc') as (() => void) | undefined
    setFlagsFromString('--no-expose-gc')
  }
  gc?.()
  return gc !== undefined
}
