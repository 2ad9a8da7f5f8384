/** How long the fuzzing goes on: a fixed number of cases in the tests, and for a time with `npm run fuzz`. */
import type { Parameters } from 'fast-check'

const { PERFGATE_FUZZ_SECONDS: asked, npm_lifecycle_event: script } = process.env
/** For all properties together; undefined in the tests. */
const seconds = script === 'fuzz' ? Number(asked ?? 60) : undefined
/** Properties that share the time. */
const PROPERTIES = 12

/** Of one property, milliseconds; more than fast-check takes to stop. */
export const TIMEOUT_MS = 60_000 + ((seconds ?? 0) / PROPERTIES) * 1000

/** @param numRuns cases in the tests, always the same ones; `npm run fuzz` takes others each time */
export function extent<T>(numRuns: number): Parameters<T> {
  return seconds === undefined
    ? { numRuns, seed: 9 }
    : {
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: (seconds / PROPERTIES) * 1000,
        markInterruptAsFailure: false,
      }
}
