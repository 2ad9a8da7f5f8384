/** The time of day, for dates in results and files. */
import { runInNewContext } from 'node:vm'

let ownDate: Pick<DateConstructor, 'now'> | undefined

/**
 * Unix milliseconds, also while a test has replaced `Date` with a fake: they come from a realm that no test reaches.
 * `performance.timeOrigin + performance.now()` would not do, since it stands still while a machine sleeps.
 */
export function wallClockMs(): number {
  ownDate ??= runInNewContext('Date') as DateConstructor
  return ownDate.now()
}

/** Now, by `wallClockMs`. */
export function currentDate(): Date {
  return new Date(wallClockMs())
}
