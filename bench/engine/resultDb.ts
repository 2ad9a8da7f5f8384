/** Reads stamps from a result DB, on the clock the target stamps with. */
import { DatabaseSync } from 'node:sqlite'
import type { StampedStream } from '../measure/index.ts'

/** One succeeded request; microseconds of the monotonic clock. */
export interface StampedRequest {
  /** As the server named its answer. */
  id: string
  /** Which load thread sent it. */
  worker: number
  scheduledUs: number
  startedUs: number
  /** Arrival of each output event, in order. */
  arrivalsUs: number[]
  text: string
}

/** @param monotonicMinusWallMs from the figures of the run that wrote the DB */
export function readStamps(dbPath: string, monotonicMinusWallMs: number): StampedRequest[] {
  const db = new DatabaseSync(dbPath, { readOnly: true })
  try {
    const rows = db
      .prepare(
        'SELECT request_id, worker, scheduled_time, start_time, time_to_first_token, inter_token_latencies, response_messages FROM result WHERE success = 1 AND warmup = 0',
      )
      .all() as unknown as DbRow[]
    return rows.map((row) => {
      const startedUs = (row.start_time * 1000 + monotonicMinusWallMs) * 1000
      let atUs = startedUs + row.time_to_first_token * 1e6
      const arrivalsUs = [atUs]
      for (const gap of JSON.parse(row.inter_token_latencies) as number[]) {
        atUs += gap * 1e6
        arrivalsUs.push(atUs)
      }
      return {
        id: row.request_id,
        worker: row.worker,
        scheduledUs: (row.scheduled_time * 1000 + monotonicMinusWallMs) * 1000,
        startedUs,
        arrivalsUs,
        text: row.response_messages ?? '',
      }
    })
  } finally {
    db.close()
  }
}

/** The stamps of a request against those the target wrote into its tokens. */
export function stampedStream({ arrivalsUs, text }: StampedRequest): StampedStream {
  const writtenUs = text.trim().split(' ').map(Number)
  if (writtenUs.length !== arrivalsUs.length)
    throw new Error(`a request has ${writtenUs.length} tokens but ${arrivalsUs.length} stamps`)
  return { writtenUs, arrivedUs: arrivalsUs }
}

interface DbRow {
  request_id: string
  worker: number
  scheduled_time: number
  start_time: number
  time_to_first_token: number
  inter_token_latencies: string
  response_messages: string | null
}
