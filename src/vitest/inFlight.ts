/** Which tests still have load running: the runner waits for it after Vitest has given the test up. */
import type { RunnerTestCase } from 'vitest'

const LOADS = Symbol.for('perfgate.vitest.loads')
const shared = globalThis as { [LOADS]?: WeakMap<RunnerTestCase, Promise<unknown>> }

export function trackLoad(test: RunnerTestCase, load: Promise<unknown>): void {
  shared[LOADS] ??= new WeakMap()
  shared[LOADS].set(test, load)
}

/** Resolves when the test's load has stopped and what it measured is recorded; at once for a test without load. */
export async function loadSettled(test: RunnerTestCase): Promise<void> {
  await shared[LOADS]?.get(test)?.catch(() => {})
}
