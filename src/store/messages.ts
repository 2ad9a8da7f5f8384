/** What the run and the thread that writes the result DB say to each other. */

import type { SharedBodies } from '../load/index.ts'
import type { SampleBatch } from '../samples/index.ts'

export interface StoreSetup {
  bodies: SharedBodies
  isStream: boolean
  keepTexts: boolean
  commitInterval: number
  wallOriginMs: number
  /** Characters kept of one request or answer. */
  textLimit: number
  /** Spellings of the run's secrets; they leave this process in no row. */
  secrets: readonly string[]
}

/** What the thread must know of a run. */
export interface ThreadData extends StoreSetup {
  /** Counted on by the thread as long as it gets on. */
  beats: SharedArrayBuffer
}

export type ToStore =
  /** Comes before everything below. */
  | { type: 'setup'; setup: ThreadData }
  | { type: 'open'; path: string; facts: Record<string, unknown> }
  | { type: 'batch'; batch: SampleBatch }
  | { type: 'fact'; key: string; value: unknown }
  | { type: 'finish' }
  /** The run is over; a thread that may not rest ends. */
  | { type: 'close'; rest: boolean }

export type FromStore =
  | { type: 'opened' }
  | { type: 'written'; rows: number }
  | { type: 'finished' }
  | { type: 'failed'; message: string }
  /** Ready for another setup. */
  | { type: 'closed' }
