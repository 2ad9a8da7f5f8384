/** How late an arrival stamp is when 50,000 tokens a second arrive at one thread on one core. */
import { stampWithUndici } from '../baseline/index.ts'
import { median } from '../measure/index.ts'
import { isMissing, pythonStamps } from '../peers/index.ts'
import { met, type Row, withTarget } from './row.ts'
import { SETTLE_SECONDS, stampRun, streamingTarget } from './stampRun.ts'

const STREAMS = 1000
const P50_MS = 0.1
const P99_MS = 2
const BETTER = 20

export const stampError: Row = {
  name: `arrival-stamp error, ${STREAMS} streams × 50 tok/s, one core`,
  target: `p50 ≤ ${P50_MS} ms, p99 ≤ ${P99_MS} ms, ≥ ${BETTER} × better p99 than Python`,
  async run(context) {
    const rounds = context.quick ? 1 : 3
    const ours = []
    for (let round = 0; round < rounds; round++)
      ours.push(await stampRun({ parallel: STREAMS, number: STREAMS }, context, context.cores.client))
    const { result: python } = await withTarget(streamingTarget(context), context, ({ url }, core) =>
      pythonStamps(url, STREAMS, SETTLE_SECONDS, core),
    )
    const { result: undici } = await withTarget(streamingTarget(context), context, ({ url }, core) =>
      stampWithUndici({ url, streams: STREAMS, settleSeconds: SETTLE_SECONDS }, core),
    )
    const p50 = median(ours.map(({ errors }) => errors.p50))
    const p99 = median(ours.map(({ errors }) => errors.p99))
    const better = isMissing(python) ? undefined : python.errorMs.p99 / p99
    const runs = ours.map(
      ({ errors, ending, client, lateUs }) =>
        `earliest ${Math.min(errors.min, ending.min).toFixed(2)}, p50 ${errors.p50.toFixed(2)}, p99 ${errors.p99.toFixed(2)}, max ${errors.max.toFixed(1)} ms; while streams end p99 ${ending.p99.toFixed(1)} ms; load thread ${(client.cpuShare * 100).toFixed(0)} % CPU, client ${client.valid ? 'valid' : 'invalid'}, target late by ${lateUs} µs at p99`,
    )
    return {
      value: `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms${better === undefined ? '' : `, ${better.toFixed(0)} ×`}`,
      verdict: met(p50 <= P50_MS && p99 <= P99_MS && (better === undefined || better >= BETTER)),
      detail: `${ours[0]!.errors.n.toLocaleString('en')} tokens a run: ${runs.join('; ')}; Python ${isMissing(python) ? python.missing : `p50 ${python.errorMs.p50.toFixed(1)} ms, p99 ${python.errorMs.p99.toFixed(1)} ms`}; undici alone, stamping only: p50 ${undici.errorMs.p50.toFixed(2)}, p99 ${undici.errorMs.p99.toFixed(2)} ms`,
    }
  },
}
