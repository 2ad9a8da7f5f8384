/** In which order the sides of each pair of blocks send. */
import type { Side } from '../../gates/index.ts'
import { seeded } from '../../random/index.ts'

/**
 * ABBA, and which side is A is drawn anew for every two pairs: a drift of the machine that goes one way hits both sides
 * alike, and nothing periodic can keep in step with the order.
 *
 * @returns for each pair its two sides in the order in which they send; the same for the same seed
 */
export function blockOrder(pairs: number, seed: number): [Side, Side][] {
  const random = seeded(seed)
  let first: Side = 'baseline'
  return Array.from({ length: pairs }, (_, i) => {
    if (i % 2 === 0) first = random() < 0.5 ? 'baseline' : 'candidate'
    else first = other(first)
    return [first, other(first)]
  })
}

function other(side: Side): Side {
  return side === 'baseline' ? 'candidate' : 'baseline'
}
