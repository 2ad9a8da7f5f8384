/** One run of long streams whose tokens say when they were written, and how late our stamps were. */
import type { Config } from '../../src/config/index.ts'
import type { Result } from '../../src/result/index.ts'
import { readStamps, stampedStream, withEngineDb } from '../engine/index.ts'
import { type Core, type Quantiles, quantiles, stampErrorsMs } from '../measure/index.ts'
import { type Context, type RowTargetOptions, withTarget } from './row.ts'

export interface StampRun {
  /** Arrival stamp minus moment of writing, milliseconds, while all streams are open. */
  errors: Quantiles
  /** The same while streams end: then the records of all of them are written on the same cores. */
  ending: Quantiles
  client: Result['client']
  /** The target's own lateness at p99, microseconds: a late token is not a late stamp, but it tells of a busy machine. */
  lateUs: number
}

/** All streams are opened at once; tokens of the first second, while that settles, are left out for every client. */
export const SETTLE_SECONDS = 1
const GAP_US = 20_000

/** 50 tokens a second for each stream. */
export function streamingTarget({ quick }: Context): RowTargetOptions {
  return { native: true, tokens: quick ? 200 : 500, gapUs: GAP_US, ttftUs: 50_000, seconds: 300 }
}

/** @param core where our process runs; undefined: wherever the system puts it */
export async function stampRun(load: Config, context: Context, core: Core | undefined): Promise<StampRun> {
  // Who counts on single tokens gates them: then the client's delay is judged against their gaps.
  const gated: Config = { ...load, thresholds: { 'p99(itl)': '<= 40 ms' } }
  const { result, report } = await withTarget(streamingTarget(context), context, ({ url }) =>
    withEngineDb({ url, ...gated }, core, ({ client, monotonicMinusWallMs }, dbPath) => {
      // Called invalid, too, but for another reason than the one that is looked for.
      if (client.broken !== undefined) throw new Error(`the run broke: ${client.broken}`)
      const streams = readStamps(dbPath, monotonicMinusWallMs).map(stampedStream)
      const { open, ending } = stampErrorsMs(streams, SETTLE_SECONDS)
      return { client, errors: quantiles(open), ending: quantiles(ending) }
    }),
  )
  return { ...result, lateUs: report?.lateUs.p99 ?? Number.NaN }
}
