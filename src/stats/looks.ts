/** Repeated looks at growing data: when they are taken, and how the error is shared among them. */

/** Each look comes when there are so many times the samples of the one before. */
export const LOOK_GROWTH = 1.5

/** Which look this is, from 1, of at most how many; Infinity where nothing bounds them. */
export interface Look {
  number: number
  of: number
}

/**
 * The confidence of a single look, such that all of them together are wrong no more often than `1 − confidence`.
 *
 * Look k of K has the share `k⁻² / (1⁻² + … + K⁻²)` of the error, of endless looks `6 / (π² k²)`: the shares add up to
 * 1, and by Boole's inequality errors add up at most, however the looks depend on each other and whenever the run is
 * stopped (an error-spending rule in the sense of Lan and DeMets 1983, "Discrete sequential boundaries for clinical
 * trials", Biometrika 70, which holds without their assumption of normal increments; the same shares are used by
 * Even-Dar, Mannor and Mansour 2006, "Action elimination and stopping conditions", section 3.1).
 */
export function lookConfidence(confidence: number, { number, of }: Look): number {
  return 1 - (1 - confidence) / (number ** 2 * sumOfInverseSquares(of))
}

/** The most looks there can be, the first one at `first` samples and the last at `most`. */
export function looksUpTo(first: number, most: number): number {
  if (!Number.isFinite(most) || !(first > 0)) return Number.POSITIVE_INFINITY
  let looks = 1
  for (let n = first; n < most; n *= LOOK_GROWTH) looks++
  return looks
}

function sumOfInverseSquares(terms: number): number {
  if (!Number.isFinite(terms)) return Math.PI ** 2 / 6
  let sum = 0
  for (let k = 1; k <= terms; k++) sum += k ** -2
  return sum
}

export interface PlannedLook {
  /** Pairs of blocks measured by then. */
  blocks: number
  /** Confidence of the intervals at this look, so that the error over all looks is what was asked for. */
  confidence: number
}

/**
 * Looks at the first `blocks` pairs, at twice as many, and so on up to `maxBlocks`.
 *
 * The error that is allowed is spent in proportion to the pairs measured, a look with a quarter of all pairs getting a
 * quarter of it (the linear spending function of Lan and DeMets 1983, "Discrete sequential boundaries for clinical
 * trials", and Kim and DeMets 1987). The parts are added up as if looks were unrelated (Bonferroni), so that the sum
 * holds however they are correlated. With one look nothing is spent on others. Metrics share the error in the same way:
 * the more of them are judged, the likelier one of them would look worse by chance.
 *
 * @param confidence over all looks and all metrics, for instance 0.95
 * @param metrics how many are judged together
 */
export function looksOf(blocks: number, maxBlocks: number, confidence: number, metrics = 1): PlannedLook[] {
  const ends: number[] = []
  for (let end = blocks; end < maxBlocks; end *= 2) ends.push(end)
  // A last look just after another one would spend error on hardly any new pairs.
  while (ends.length > 0 && maxBlocks < 1.5 * ends.at(-1)! && ends.length > 1) ends.pop()
  ends.push(Math.max(blocks, maxBlocks))
  const last = ends.at(-1)!
  const error = (1 - confidence) / metrics
  return ends.map((end, i) => ({ blocks: end, confidence: 1 - (error * (end - (ends[i - 1] ?? 0))) / last }))
}
