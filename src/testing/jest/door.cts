/**
 * The way from a test file, which runs inside Jest's vm context, to perfgate outside of it.
 *
 * Inside the context `performance`, timers, workers and undici would be Jest's copies, and fake timers could stop a
 * load. So the environment, which Jest loads outside, puts this object on the global object of each test file, and
 * `perfgate/jest` is nothing but what is found there. Nothing else is loaded in a test file.
 */
import type { LoadError, PerfTestOf } from '../index.ts' with { 'resolution-mode': 'import' }

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

const door = (globalThis as { [name: symbol]: unknown })[Symbol.for('perfgate.jest')] as Door | undefined
if (door === undefined)
  throw new Error(
    "perfgate/jest: this file runs in another test environment; set `preset: 'perfgate/jest'` in Jest's config, or begin the file with `/** @jest-environment perfgate/jest/environment */`",
  )

module.exports = door
