/** The types of `toMeetThresholds`, for `expect` of `@jest/globals` and for that of `@types/jest`. */
import type {} from 'expect'
import type { Thresholds } from '../gates/index.ts'

interface PerfMatchers<R> {
  /** Of the `result` or `metrics` that `perfTest` hands to its function. Keys and limits are those of a scenario's `thresholds`. */
  toMeetThresholds(thresholds: Thresholds): R
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends PerfMatchers<R> {}
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as @types/jest declares it, and both must agree
    interface Matchers<R, T = {}> extends PerfMatchers<R> {}
  }
}
