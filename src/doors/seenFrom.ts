/** Where a mistake in a scenario is seen from. */
import { ConfigError } from '../config/index.ts'

/** A mistake in a scenario is shown where the test file calls `entry`, not where we found it. */
export function seenFrom<T>(entry: (...args: never[]) => unknown, collect: () => T): T {
  try {
    return collect()
  } catch (error) {
    if (error instanceof ConfigError) Error.captureStackTrace(error, entry)
    throw error
  }
}
