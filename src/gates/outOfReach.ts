/** Percentiles that the planned number of requests cannot settle, said before the run. */
import { factsOf } from '../metrics/index.ts'
import { samplesNeeded } from '../stats/index.ts'
import { formatConfidence, formatCount } from './format.ts'
import type { ParsedThreshold } from './grammar.ts'

/**
 * One sentence for each threshold that cannot be decided in its server's favour, however good that is.
 *
 * @param most requests that will be sent at most; Infinity: only time bounds them
 */
export function outOfReach(thresholds: readonly ParsedThreshold[], confidence: number, most: number): string[] {
  return thresholds.flatMap(({ expression, figure, operator }) => {
    if (figure.kind !== 'percentile' || factsOf(figure.metric).of === 'gap') return []
    const q = figure.p / 100
    // The end that must meet the limit for a pass lies above the percentile for "<", below it for ">".
    const side = operator.startsWith('<') ? q : operator.startsWith('>') ? 1 - q : undefined
    if (side === undefined || side <= 0 || side >= 1) return []
    const needed = samplesNeeded(Math.max(side, 0.5), confidence)
    if (needed <= most) return []
    return [
      `threshold "${expression}" can fail but not pass at ${formatConfidence(confidence)} with ${formatCount(most)} requests: it takes ${formatCount(needed)} or more; raise number or maxNumber`,
    ]
  })
}
