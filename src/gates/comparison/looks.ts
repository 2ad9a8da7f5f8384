/** When an adaptive comparison looks at its figures, and how sure it must be at each look. */

export interface Look {
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
 * holds however they are correlated. With one look nothing is spent on others.
 *
 * @param confidence over all looks, for instance 0.95
 */
export function looksOf(blocks: number, maxBlocks: number, confidence: number): Look[] {
  const ends: number[] = []
  for (let end = blocks; end < maxBlocks; end *= 2) ends.push(end)
  // A last look just after another one would spend error on hardly any new pairs.
  while (ends.length > 0 && maxBlocks < 1.5 * ends.at(-1)! && ends.length > 1) ends.pop()
  ends.push(Math.max(blocks, maxBlocks))
  return ends.map((end, i) => ({
    blocks: end,
    confidence: ends.length === 1 ? confidence : 1 - ((1 - confidence) * (end - (ends[i - 1] ?? 0))) / ends.at(-1)!,
  }))
}
