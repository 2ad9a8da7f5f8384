/** Names the levels of a sweep, for figures and messages. */
import type { Result } from '../result/index.ts'

/** For instance `parallel_4`, as in the file names; undefined for a single level. */
export function levelLabels(results: readonly Result[]): (string | undefined)[] {
  if (results.length === 1) return [undefined]
  const parallels = results.map(({ summary }) => summary.concurrency)
  if (new Set(parallels).size === results.length) return parallels.map((parallel) => `parallel_${parallel}`)
  return results.map(({ config }) => `rate_${String(config.rate)}`)
}
