/** One level of load: what a sweep runs one of after another, in a form that crosses to a load thread. */
import type { ExecutorName, Stage, ThinkTime } from '../config/index.ts'

export interface Level {
  executor: ExecutorName
  /** Most requests in flight at once; Infinity in an open loop without a cap. */
  parallel: number
  /** Requests to send; Infinity: until the time is over. */
  number: number
  /** Mean arrivals per second; −1 where requests are not paced. */
  rate: number
  /** Nothing new is sent after this, milliseconds from the start; Infinity: no limit. */
  durationMs: number
  burstiness: number
  stages: readonly Stage[]
  /** Arrival times of a trace, milliseconds from the start, ascending. */
  timestamps: readonly number[]
  seed: number
  /** Between an answer and the next turn of its conversation; absent: none. */
  thinkTime?: ThinkTime | undefined
  /** Number of the first request, which says its body too; absent: 0. Blocks of a comparison go on where the last ended. */
  firstIndex?: number
  /** Request i sends body firstBody + i, so that levels run one after another need not repeat prompts. Default 0. */
  firstBody?: number
}
