/** Repeated looks at a growing run: when they are taken, and how the error is shared among them. */

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
