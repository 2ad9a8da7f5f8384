/** Says how many texts or documents each request carried, where the API's unit of work is those. */
import type { Api } from '../apis/index.ts'
import type { Bodies } from '../load/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'

/** @param counts of the bodies seen so far; kept from batch to batch */
export function countItems(batch: SampleBatch, bodies: Bodies, api: Api, counts: Map<number, number>): void {
  if (api.itemsOf === undefined) return
  for (let row = 0; row < batch.count; row++) {
    const body = batch.numbers[row * ROW + C.body]!
    let count = counts.get(body)
    if (count === undefined) {
      count = api.itemsOf(JSON.parse(bodies.text(body)) as Record<string, unknown>)
      counts.set(body, count)
    }
    batch.numbers[row * ROW + C.items] = count
  }
}
