/** Compares two things on a machine whose speed drifts: measured in turn, judged by their ratios. */

export interface Paired<T> {
  /** Every result, in the order of the rounds. */
  a: T[]
  b: T[]
}

/**
 * Runs a and b in the order a b b a, so that a drift that goes on steadily hits both alike.
 *
 * @param rounds pairs to run
 */
export async function abba<T>(rounds: number, a: () => Promise<T>, b: () => Promise<T>): Promise<Paired<T>> {
  const paired: Paired<T> = { a: [], b: [] }
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) paired.a.push(await a())
    paired.b.push(await b())
    if (round % 2 === 1) paired.a.push(await a())
  }
  return paired
}

/** The median of the rounds' ratios figure(a) / figure(b). */
export function medianRatio<T>({ a, b }: Paired<T>, figure: (result: T) => number): number {
  return median(a.map((result, round) => figure(result) / figure(b[round]!)))
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
