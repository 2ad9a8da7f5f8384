/** Whether an open loop starts requests when they are due, by the target's clock and by our own. */
import { runEngine } from '../engine/index.ts'
import { readTruth } from '../target/index.ts'
import { met, type Row, withTarget } from './row.ts'
import { withTruthFile } from './truthFile.ts'

const RATE = 1000
const P99_MS = 2
const WITHIN = 0.005

export const openLoop: Row = {
  name: `open loop, ${RATE} starts/s`,
  target: `dispatch delay p99 ≤ ${P99_MS} ms, starts within ${WITHIN * 100} % of the schedule`,
  run: (context) =>
    withTruthFile(async (truthFile) => {
      const number = context.quick ? 4000 : 30_000
      const options = { native: true, tokens: 16, gapUs: 5000, ttftUs: 20_000, seconds: 300 }
      const { result } = await withTarget({ ...options, truthFile }, context, ({ url }, core) =>
        runEngine({ url, executor: 'constant-arrival-rate', openLoop: true, rate: RATE, number }, core),
      )
      const delay = result.distributions.dispatchDelay
      if (delay === undefined) throw new Error(`no request succeeded: ${JSON.stringify(result.errors)}`)
      let first = Number.POSITIVE_INFINITY
      let last = Number.NEGATIVE_INFINITY
      const truth = readTruth(truthFile)
      for (const { receivedUs } of truth) {
        first = Math.min(first, receivedUs)
        last = Math.max(last, receivedUs)
      }
      const rate = ((truth.length - 1) / (last - first)) * 1e6
      const off = rate / RATE - 1
      return {
        value: `p99 ${delay.p99.toFixed(2)} ms, ${(off * 100).toFixed(2)} %`,
        verdict: met(delay.p99 <= P99_MS && Math.abs(off) <= WITHIN && truth.length === number),
        detail: `the target read ${truth.length.toLocaleString('en')} requests at ${rate.toFixed(1)}/s; dispatch delay p50 ${delay.p50.toFixed(2)} ms, max ${delay.max.toFixed(1)} ms`,
      }
    }),
}
