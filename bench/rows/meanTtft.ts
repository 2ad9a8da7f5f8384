/** Whether the reported time to first token is the server's, not the client's: 500 streams against a true 100 ms. */
import { runEngine } from '../engine/index.ts'
import { quantiles } from '../measure/index.ts'
import { readTruth } from '../target/index.ts'
import { met, type Row, withTarget } from './row.ts'
import { withTruthFile } from './truthFile.ts'

const STREAMS = 500
const TTFT_MS = 100
const WITHIN_MS = 2

export const meanTtft: Row = {
  name: `reported mean TTFT, ${STREAMS} streams, preconnected, true ${TTFT_MS} ms`,
  target: `within ${WITHIN_MS} ms`,
  run: (context) =>
    withTruthFile(async (truthFile) => {
      const number = context.quick ? 1500 : 10_000
      const options = { native: true, tokens: 50, gapUs: 20_000, ttftUs: TTFT_MS * 1000, seconds: 300 }
      const { result } = await withTarget({ ...options, truthFile }, context, async ({ url }, core) =>
        runEngine({ url, parallel: STREAMS, number }, core),
      )
      const { ttft } = result.distributions
      if (ttft === undefined) throw new Error(`no request succeeded: ${JSON.stringify(result.errors)}`)
      const truth = quantiles(
        readTruth(truthFile).map(({ receivedUs, firstWriteUs }) => (firstWriteUs - receivedUs) / 1000),
      )
      const error = ttft.mean - TTFT_MS
      return {
        value: `${error >= 0 ? '+' : '−'}${Math.abs(error).toFixed(2)} ms`,
        verdict: met(Math.abs(error) <= WITHIN_MS),
        detail: `reported ${ttft.mean.toFixed(2)} ms (p99 ${ttft.p99.toFixed(1)}), by the target's own record ${truth.mean.toFixed(2)} ms (p99 ${truth.p99.toFixed(1)}), ${ttft.n.toLocaleString('en')} requests`,
      }
    }),
}
