/** `expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })`, registered when `perfgate/vitest` is imported. */
import { expect } from 'vitest'
import { toMeetThresholds } from '../doors/index.ts'
import type { Thresholds } from '../gates/index.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Of the `result` or `metrics` that `perfTest` hands to its function. Keys and limits are those of a scenario's `thresholds`. */
    toMeetThresholds(thresholds: Thresholds): R
  }
}

expect.extend({ toMeetThresholds })
