/** The same at twice the load on two threads: exact, or called invalid; never quietly wrong. */
import { met, type Row } from './row.ts'
import { stampRun } from './stampRun.ts'

const STREAMS = 2000
const P99_MS = 5

export const stampErrorTwoWorkers: Row = {
  name: `the same, ${STREAMS} streams, two workers`,
  target: `p99 ≤ ${P99_MS} ms, or called invalid`,
  async run(context) {
    // The client has no core of its own here: it has two busy threads.
    const load = { parallel: STREAMS, number: STREAMS, workers: 2 }
    const { errors, client, lateUs } = await stampRun(load, context, undefined)
    return {
      value: `p99 ${errors.p99.toFixed(2)} ms, ${client.valid ? 'valid' : 'invalid'}`,
      verdict: met(errors.p99 <= P99_MS || !client.valid),
      detail: `p50 ${errors.p50.toFixed(2)} ms, max ${errors.max.toFixed(1)} ms over ${errors.n.toLocaleString('en')} tokens; event loop late by ${client.eventLoopDelayMs.p99.toFixed(1)} ms at p99${client.valid ? '' : ` (${client.reasons.join('; ')})`}; target late by ${lateUs} µs at p99`,
    }
  },
}
