/** CPU time per streamed token, paced as a real model is: nearly all of it is the cost of a socket read in Node. */
import { discardWithUndici } from '../baseline/index.ts'
import { cpuWindow, runEngine } from '../engine/index.ts'
import { abba, medianRatio } from '../measure/index.ts'
import { met, type Row, spread, withTarget } from './row.ts'

const STREAMS = 200
const TOKENS_PER_SECOND = 50
const WANTED = 1.3

export const cpuPerToken: Row = {
  name: `CPU per streamed token, ${STREAMS} streams × ${TOKENS_PER_SECOND} tok/s: ours / undici discarding bytes`,
  target: `≤ ${WANTED} ×`,
  async run(context) {
    // All streams are in the middle of their answers within the window, so the tokens in it follow from its length.
    const [fromMs, toMs] = context.quick ? [1500, 4000] : [2000, 9000]
    const tokens = ((toMs + 1000) / 1000) * TOKENS_PER_SECOND
    const gapUs = 1e6 / TOKENS_PER_SECOND
    const { result, report, server } = await withTarget(
      { tokens, gapUs, ttftUs: gapUs, seconds: 300 },
      context,
      ({ url }, core) => {
        const perToken = ({ cpuUs, wallUs }: { cpuUs: number; wallUs: number }): number =>
          cpuUs / ((wallUs / 1e6) * STREAMS * TOKENS_PER_SECOND)
        const ours = async (): Promise<number> =>
          perToken(cpuWindow(await runEngine({ url, parallel: STREAMS, number: STREAMS }, core), fromMs, toMs))
        const undici = async (): Promise<number> =>
          perToken(
            (
              await discardWithUndici(
                { url, mode: 'clients', connections: STREAMS, warmup: 0, requests: STREAMS, windowMs: [fromMs, toMs] },
                core,
              )
            ).window!,
          )
        return abba(context.quick ? 1 : 4, ours, undici)
      },
    )
    const ratio = medianRatio(result, (us) => us)
    return {
      value: `${ratio.toFixed(2)} ×`,
      verdict: met(ratio <= WANTED),
      detail: `ours ${spread(result.a, 1)} µs, undici ${spread(result.b, 1)} µs; target late by ${report?.lateUs.p99 ?? '?'} µs at p99${server}`,
    }
  },
}
