/** How late arrival stamps are: the same arithmetic for every client. */

/** One streamed answer, token by token; microseconds of the monotonic clock. */
export interface StampedStream {
  /** When the target wrote each token. */
  writtenUs: readonly number[]
  /** When the client says each arrived. */
  arrivedUs: readonly number[]
}

/** Arrival minus moment of writing, milliseconds. */
export interface StampErrors {
  /** While all streams are open, from a while after the first token to the end of the stream that ends first. */
  open: number[]
  /** From then on, while streams end and leave their records behind. */
  ending: number[]
}

/** @param settleSeconds tokens written in the first seconds, while streams are opened, are left out */
export function stampErrorsMs(streams: readonly StampedStream[], settleSeconds: number): StampErrors {
  let firstUs = Number.POSITIVE_INFINITY
  let endUs = Number.POSITIVE_INFINITY
  for (const { writtenUs } of streams) {
    firstUs = Math.min(firstUs, writtenUs[0] ?? firstUs)
    endUs = Math.min(endUs, writtenUs.at(-1) ?? endUs)
  }
  const errors: StampErrors = { open: [], ending: [] }
  for (const { writtenUs, arrivedUs } of streams)
    for (const [i, written] of writtenUs.entries()) {
      if (written < firstUs + settleSeconds * 1e6) continue
      errors[written <= endUs ? 'open' : 'ending'].push((arrivedUs[i]! - written) / 1000)
    }
  return errors
}
