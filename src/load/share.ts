/** Exact splits of a whole: over processes, and over the load threads of each. */
import type { Shard } from '../config/index.ts'

/** Shares differ by at most one and add up to the whole. */
export function share(total: number, worker: number, workers: number): number {
  return Math.floor(total / workers) + (worker < total % workers ? 1 : 0)
}

/** All of it, where a load is not split over processes. */
export const WHOLE: Shard = { index: 0, count: 1 }

/** What a process sends of the whole; item i of the whole is its own when i mod the number of processes says so. */
export function shareOfShard(total: number, { index, count }: Shard): number {
  return share(total, index, count)
}
