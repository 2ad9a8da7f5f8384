/** How long a moment waits for the event loop, from the stalls of that loop. */

/** `count` stalls of about the same length. */
export interface Stall {
  ms: number
  count: number
}

/** One or two stalls of together less than this are what any machine does now and then. */
const HICCUP_MS = 50

/**
 * The wait that `share` of all moments do not exceed, milliseconds.
 *
 * A percentile over the timer's firings would count a stall of a second once, as much as an interval of 5 ms, though
 * a hundred answers may arrive in it (coordinated omission). So moments are counted instead: one that falls into a
 * stall of length d waits for its rest, which is evenly spread over 0 to d; hence the share of moments that wait for
 * more than x is Σ max(0, d − x) / elapsed.
 *
 * @param stalls longest first
 */
export function waitOfShare(stalls: readonly Stall[], elapsedMs: number, share: number): number {
  const counted = withoutHiccups(stalls)
  const late = (1 - share) * elapsedMs
  // Σ max(0, d − x) falls straight between the lengths of stalls: find the piece in which it passes `late`.
  let total = 0
  let n = 0
  for (const [i, { ms, count }] of counted.entries()) {
    total += ms * count
    n += count
    const next = counted[i + 1]?.ms ?? 0
    if (total - n * next >= late) return Math.max(0, (total - late) / n)
  }
  return 0
}

function withoutHiccups(stalls: readonly Stall[]): Stall[] {
  const rest = stalls.map((stall) => ({ ...stall }))
  let left = HICCUP_MS
  for (let i = 0; i < 2; i++) {
    const longest = rest[0]
    if (longest === undefined || longest.ms >= left) break
    left -= longest.ms
    if (--longest.count === 0) rest.shift()
  }
  return rest
}
