/** The exact test of whether a sum over blocks leans to one side: each block might as well have had the other sign. */

/** Sums are counted in at most so many steps; finer values are rounded to them. */
const STEPS = 3000

/**
 * P(a sum with random signs ≥ the sum itself), counted out over all 2ⁿ signs (Fisher's randomization test; Pitman
 * 1937, "Significance tests which may be applied to samples from any populations"). The order of the sides within a
 * pair is drawn at random, so with equal sides either sign is equally likely.
 */
export function signFlipTail(values: readonly number[]): number {
  const sizes = values.map(Math.abs)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total === 0) return 1
  const isWhole = total <= STEPS && sizes.every(Number.isInteger)
  const steps = isWhole ? sizes : sizes.map((size) => Math.round((size / total) * STEPS))
  const positive = steps.reduce((sum, step, i) => sum + (values[i]! > 0 ? step : 0), 0)
  return upperTail(steps, positive)
}

/** P(the sum of the steps that a coin picks ≥ limit). */
function upperTail(steps: readonly number[], limit: number): number {
  const whole = steps.reduce((sum, step) => sum + step, 0)
  const chances = new Float64Array(whole + 1)
  chances[0] = 1
  let reach = 0
  for (const step of steps) {
    if (step === 0) continue
    reach += step
    for (let sum = reach; sum >= 0; sum--) chances[sum] = (chances[sum]! + (sum >= step ? chances[sum - step]! : 0)) / 2
  }
  let tail = 0
  for (let sum = whole; sum >= limit; sum--) tail += chances[sum]!
  return tail
}
