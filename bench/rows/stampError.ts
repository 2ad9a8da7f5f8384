/** How late an arrival stamp is when 50,000 tokens a second arrive at one thread on one core. */
import { readStamps, stampErrorsMs, withEngineDb } from '../engine/index.ts'
import { quantiles } from '../measure/index.ts'
import { isMissing, pythonStamps } from '../peers/index.ts'
import { met, type Row, withTarget } from './row.ts'

const STREAMS = 1000
const GAP_US = 20_000
const SETTLE_SECONDS = 1
const P50_MS = 0.1
const P99_MS = 2
const BETTER = 20

export const stampError: Row = {
  name: `arrival-stamp error, ${STREAMS} streams × 50 tok/s, one core`,
  target: `p50 ≤ ${P50_MS} ms, p99 ≤ ${P99_MS} ms, ≥ ${BETTER} × better p99 than Python`,
  async run(context) {
    const tokens = context.quick ? 200 : 500
    const { result, report } = await withTarget(
      { native: true, tokens, gapUs: GAP_US, ttftUs: 50_000, seconds: 300 },
      context,
      async ({ url }, core) => {
        const ours = await withEngineDb({ url, parallel: STREAMS, number: STREAMS }, core, (figures, dbPath) =>
          quantiles(stampErrorsMs(readStamps(dbPath, figures.monotonicMinusWallMs), SETTLE_SECONDS)),
        )
        return { ours, python: await pythonStamps(url, STREAMS, SETTLE_SECONDS, core) }
      },
    )
    const { ours, python } = result
    const better = isMissing(python) ? undefined : python.errorMs.p99 / ours.p99
    return {
      value: `p50 ${ours.p50.toFixed(2)} ms, p99 ${ours.p99.toFixed(2)} ms${better === undefined ? '' : `, ${better.toFixed(0)} ×`}`,
      verdict: met(ours.p50 <= P50_MS && ours.p99 <= P99_MS && (better === undefined || better >= BETTER)),
      detail: `${ours.n.toLocaleString('en')} tokens, max ${ours.max.toFixed(1)} ms; Python ${isMissing(python) ? python.missing : `p50 ${python.errorMs.p50.toFixed(1)} ms, p99 ${python.errorMs.p99.toFixed(1)} ms`}; target late by ${report?.lateUs.p99 ?? '?'} µs at p99`,
    }
  },
}
