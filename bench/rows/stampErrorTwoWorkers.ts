/** The same at twice the load on two threads: exact, or called invalid; never quietly wrong. */
import { readStamps, stampErrorsMs, withEngineDb } from '../engine/index.ts'
import { quantiles } from '../measure/index.ts'
import { met, type Row, withTarget } from './row.ts'

const STREAMS = 2000
const GAP_US = 20_000
const SETTLE_SECONDS = 1
const P99_MS = 5

export const stampErrorTwoWorkers: Row = {
  name: `the same, ${STREAMS} streams, two workers`,
  target: `p99 ≤ ${P99_MS} ms, or called invalid`,
  async run(context) {
    const tokens = context.quick ? 200 : 500
    // The client has no core of its own here: it has two busy threads.
    const { result, report } = await withTarget(
      { native: true, tokens, gapUs: GAP_US, ttftUs: 50_000, seconds: 300 },
      context,
      async ({ url }) => {
        return withEngineDb({ url, parallel: STREAMS, number: STREAMS, workers: 2 }, undefined, (figures, dbPath) => ({
          errors: quantiles(stampErrorsMs(readStamps(dbPath, figures.monotonicMinusWallMs), SETTLE_SECONDS)),
          client: figures.client,
        }))
      },
    )
    const { errors, client } = result
    return {
      value: `p99 ${errors.p99.toFixed(2)} ms, ${client.valid ? 'valid' : 'invalid'}`,
      verdict: met(errors.p99 <= P99_MS || !client.valid),
      detail: `p50 ${errors.p50.toFixed(2)} ms, max ${errors.max.toFixed(1)} ms over ${errors.n.toLocaleString('en')} tokens${client.valid ? '' : `; ${client.reasons.join('; ')}`}; target late by ${report?.lateUs.p99 ?? '?'} µs at p99`,
    }
  },
}
