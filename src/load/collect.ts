/** A collection of garbage when nothing is measured, so that it need not come when something is. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** There where Node was started with `--expose-gc`. */
let gc = globalThis.gc as (() => void) | undefined

/** Collects all garbage of the calling thread, which waits for it: some milliseconds. */
export function collectGarbage(): void {
  if (gc === undefined) {
    // V8 gives the function to new contexts while the flag is set; no other is made meanwhile on this thread.
    setFlagsFromString('--expose-gc')
    gc = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
  }
  gc()
}
