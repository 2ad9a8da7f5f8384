/**
 * The way from a test file, which runs inside Jest's vm context, to perfgate outside of it.
 *
 * Inside the context `performance`, timers, workers and undici would be Jest's copies, and fake timers could stop a
 * load. So the environment, which Jest loads outside, puts this object on the global object of each test file, and
 * `perfgate/jest` is nothing but what is found there.
 */
import type { LoadError, PerfTestOf } from '../doors/index.ts'

/** What Jest gives to the function of a perf test, where Vitest gives its test context. */
export interface JestContext {
  /** The full name of the test, `describe > test`. */
  readonly name: string
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal
}

export type PerfTest = PerfTestOf<JestContext>

export interface Door {
  readonly perfTest: PerfTest
  readonly LoadError: typeof LoadError
  /** `perfgate` itself, or its embedded server, as they are outside. */
  outside(module: 'perfgate' | 'perfgate/fixtures'): unknown
}

export const DOOR: unique symbol = Symbol.for('perfgate.jest')
