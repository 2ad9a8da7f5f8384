/** An exact split of a whole over load threads: shares differ by at most one and add up to the whole. */
export function share(total: number, worker: number, workers: number): number {
  return Math.floor(total / workers) + (worker < total % workers ? 1 : 0)
}
