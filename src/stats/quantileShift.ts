/** How far a quantile of the candidate lies from that of the baseline, by inverting a paired test of exceedances. */
import { grouped, groupSize } from './correlation.ts'
import type { Shift } from './interval.ts'
import { signFlipTail } from './pairs.ts'
import { indexAt, valueAt } from './quantiles.ts'

export interface QuantileBlock {
  baseline: Float64Array
  candidate: Float64Array
}

/**
 * The shift of a quantile and its interval: all shifts d that do not show in the counts.
 *
 * If the candidate's quantile lies d further, then once d is taken off its values both sides exceed the quantile of
 * all values together equally often. Per pair of blocks the difference of the two counts is taken, and the sum of the
 * differences is tested by random signs (Mood's test for quantiles, with blocks as units, so that clusters of slow
 * requests count as the one event they are). The interval has no lower or upper end where there are too few values
 * beyond the quantile for any shift to be rejected.
 *
 * @param p 0 to 1
 */
export function quantileShift(blocks: readonly QuantileBlock[], p: number, confidence: number): Shift {
  const sorted = blocks.map(({ baseline, candidate }) => ({
    baseline: baseline.toSorted(),
    candidate: candidate.toSorted(),
  }))
  const baseline = merged(sorted.map((block) => block.baseline))
  const candidate = merged(sorted.map((block) => block.candidate))
  const estimate = valueAt(candidate, p) - valueAt(baseline, p)
  const size = groupSize(excesses(sorted, baseline, candidate, p, estimate))
  const tail = (1 - confidence) / 2
  const leans = (shift: number, sign: 1 | -1): boolean => {
    const sums = grouped(excesses(sorted, baseline, candidate, p, shift), size, total)
    return signFlipTail(sums.map((sum) => sign * sum)) <= tail
  }
  const least = candidate[0]! - baseline.at(-1)!
  const most = candidate.at(-1)! - baseline[0]!
  return {
    estimate,
    low: boundary(estimate, least - 1, (shift) => leans(shift, 1)),
    high: boundary(estimate, most + 1, (shift) => leans(shift, -1)),
  }
}

const BISECTIONS = 40

/** Where rejection begins on the way from `inside` to `outside`; null when not even `outside` is rejected. */
function boundary(inside: number, outside: number, rejected: (shift: number) => boolean): number | null {
  if (rejected(inside)) return inside
  if (!rejected(outside)) return null
  // From near to far first: the end is usually close, while the far end may be an outlier.
  let near = inside
  let far = outside
  for (let share = 2 ** -12; share < 1; share *= 2) {
    const shift = inside + (outside - inside) * share
    if (rejected(shift)) {
      far = shift
      break
    }
    near = shift
  }
  for (let i = 0; i < BISECTIONS && Math.abs(far - near) > 1e-9; i++) {
    const middle = (near + far) / 2
    if (rejected(middle)) far = middle
    else near = middle
  }
  return far
}

/** For each block, how many more values of the candidate than of the baseline lie beyond the common quantile. */
function excesses(
  blocks: readonly QuantileBlock[],
  baseline: Float64Array,
  candidate: Float64Array,
  p: number,
  shift: number,
): number[] {
  const all = baseline.length + candidate.length
  const cut = smallestOfBoth(baseline, candidate, shift, indexAt(p, all))
  const beyond = above(baseline, cut) + above(candidate, cut + shift)
  const share = beyond / all
  return blocks.map((block) => {
    const ofCandidate = above(block.candidate, cut + shift)
    const ofBaseline = above(block.baseline, cut)
    const expected = share * (block.candidate.length - block.baseline.length)
    return ofCandidate - ofBaseline - expected
  })
}

/** The value of rank k, from 0, of the baseline's values and the candidate's less the shift, both ascending. */
function smallestOfBoth(baseline: Float64Array, candidate: Float64Array, shift: number, k: number): number {
  let low = Math.max(0, k - candidate.length)
  let high = Math.min(k, baseline.length)
  // The smallest number of baseline values among the k + 1 smallest of all such that the next candidate is not smaller.
  while (low < high) {
    const middle = (low + high) >> 1
    if (baseline[middle]! < candidate[k - middle - 1]! - shift) low = middle + 1
    else high = middle
  }
  const fromBaseline = low < baseline.length ? baseline[low]! : Number.POSITIVE_INFINITY
  const fromCandidate = k - low < candidate.length ? candidate[k - low]! - shift : Number.POSITIVE_INFINITY
  return Math.min(fromBaseline, fromCandidate)
}

/** How many of the ascending values lie above a limit. */
function above(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return sorted.length - low
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function merged(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let from = 0
  for (const part of parts) {
    all.set(part, from)
    from += part.length
  }
  return all.sort()
}
