/** Seeded random numbers: the same seed gives the same load, on every machine and thread. */

/** Uniform on (0, 1); never 0, so that its logarithm is finite. */
export type Random = () => number

/** sfc32 of Chris Doty-Humphrey's PractRand, seeded with a counter and run in. */
export function seeded(seed: number): Random {
  let a = 0x9e3779b9
  let b = seed >>> 0
  let c = Math.floor(seed / 2 ** 32) >>> 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) + 0.5
  }
  for (let i = 0; i < 15; i++) next()
  return () => next() / 2 ** 32
}

/** Exponential with mean 1. */
export function exponential(random: Random): number {
  return -Math.log(random())
}

/** Standard normal, by Box and Muller (1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
}

/** Gamma with the given shape and mean 1, by Marsaglia and Tsang (2000), "A simple method for generating gamma variables". */
export function gamma(random: Random, shape: number): number {
  // For shapes below 1: gamma(shape) = gamma(shape + 1) × uniform^(1/shape), same source.
  const boost = shape < 1 ? random() ** (1 / shape) : 1
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v * boost) / shape
  }
}
