/** Lengths of prompts and answers that other tools draw from distributions, as the dataset `synthetic` takes them. */

export interface Lengths {
  mean: number | undefined
  stddev?: number | undefined
  min?: number | undefined
  max?: number | undefined
}

/** A number where all are alike; undefined where nothing is said. */
export function distributionOf({ mean, stddev, min, max }: Lengths): unknown {
  if (mean === undefined) return undefined
  if (!stddev) return Math.round(mean)
  return { kind: 'normal', mean, stddev, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}
