/** How far the load of a perf test is, told while it runs. */
import { performance } from 'node:perf_hooks'
import type { RunProgress } from '../run/index.ts'
import { progressLine } from '../run/progressLine.ts'

const EVERY_MS = 15_000

/**
 * A line now and then, for logs and for reporters that take nothing but whole lines.
 *
 * @param say gets a line every 15 seconds of a load; none of a shorter one
 */
export function sayProgress(
  say: (line: string) => void,
  everyMs = EVERY_MS,
): (progress: RunProgress | undefined) => void {
  let lastAt: number | undefined
  return (progress) => {
    const now = performance.now()
    // Not from the time when the test began to wait for its turn.
    lastAt ??= now
    if (progress === undefined || now - lastAt < everyMs) return
    lastAt = now
    say(progressLine(progress))
  }
}
