/** What a run reports against what the target wrote down. Bounds from below hold on any machine: a stamp is never early. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { monotonicMinusWallMs } from '../../bench/engine/clock.ts'
import { readStamps, stampedStream } from '../../bench/engine/index.ts'
import { median, quantiles, stampErrorsMs } from '../../bench/measure/index.ts'
import { buildTarget, readTruth, startTarget, type Target, type TargetOptions } from '../../bench/target/index.ts'
import type { Config } from '../../src/config/index.ts'
import type { Result } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

/** Two clocks are read one after another to relate them, and the DB keeps microseconds. */
const CLOCK_MS = 0.05

let folder: string
let target: Target | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfgate-truth-test-'))
})

afterEach(async () => {
  await target?.close()
  rmSync(folder, { recursive: true })
})

async function measure(options: Omit<TargetOptions, 'seconds'>, config: Config): Promise<Result> {
  target = await startTarget({ seconds: 50, ...options })
  const { result } = await runPerfBenchmark({
    url: target.url,
    model: 'target',
    prompt: 'hello',
    noTestConnection: true,
    outputsDir: folder,
    ...config,
  })
  await target.close()
  expect(result.errors).toEqual({})
  return result
}

function stampsOf(result: Result) {
  return readStamps(result.summary.resultDbPath!, monotonicMinusWallMs())
}

describe.skipIf(buildTarget().path === undefined)('reported figures against the truth', () => {
  const TTFT_MS = 100
  const GAP_MS = 10
  const TOKENS = 20

  it.each([1, 2])('TTFT, gaps and latency are the server’s, with %i load threads', async (workers) => {
    const truthFile = join(folder, 'truth.jsonl')
    const options = { tokens: TOKENS, ttftUs: TTFT_MS * 1000, gapUs: GAP_MS * 1000, roleChunk: true, truthFile }
    const result = await measure(options, { parallel: 8, number: 32, workers })
    const requests = stampsOf(result)
    const truth = new Map(readTruth(truthFile).map((row) => [row.id, row]))
    expect(new Set(requests.map(({ id }) => id))).toEqual(new Set(truth.keys()))
    expect(truth.size).toBe(32)
    expect(new Set(requests.map(({ worker }) => worker)).size).toBe(workers)

    // Each stamp lies after the write it belongs to; the role-only event, 100 ms earlier, is nobody's first token.
    const { open, ending } = stampErrorsMs(requests.map(stampedStream), 0)
    expect(Math.min(...open, ...ending)).toBeGreaterThan(-CLOCK_MS)
    const errors = requests.map(({ id, startedUs, arrivalsUs }) => {
      const { receivedUs, firstWriteUs, lastWriteUs } = truth.get(id)!
      expect(receivedUs).toBeGreaterThan(startedUs - CLOCK_MS * 1000)
      return {
        ttftMs: (arrivalsUs[0]! - startedUs - (firstWriteUs - receivedUs)) / 1000,
        latencyMs: (arrivalsUs.at(-1)! - startedUs - (lastWriteUs - receivedUs)) / 1000,
      }
    })
    // Generous, for a machine with other work: half of what a role-only event would put the figure off by.
    expect(Math.abs(median(errors.map(({ ttftMs }) => ttftMs)))).toBeLessThan(TTFT_MS / 2)
    expect(Math.abs(median(errors.map(({ latencyMs }) => latencyMs)))).toBeLessThan(TTFT_MS / 2)

    // The result says the same as the stamps it was made from.
    const { ttft, latency, itl } = result.distributions
    const reported = (pick: (request: (typeof requests)[number]) => number): number =>
      quantiles(requests.map(pick)).p99 / 1000
    expect(ttft!.p99).toBeCloseTo(
      reported(({ arrivalsUs, startedUs }) => arrivalsUs[0]! - startedUs),
      1,
    )
    expect(latency!.p99).toBeCloseTo(
      reported(({ arrivalsUs, startedUs }) => arrivalsUs.at(-1)! - startedUs),
      1,
    )
    expect(itl!.n).toBe(32 * (TOKENS - 1))
    const gaps = [...truth.values()].map(
      ({ firstWriteUs, lastWriteUs }) => (lastWriteUs - firstWriteUs) / (TOKENS - 1) / 1000,
    )
    expect(Math.abs(itl!.mean - quantiles(gaps).mean)).toBeLessThan(GAP_MS / 2)
  })

  it('a server that stalls for a second shows in the response time, though few requests were in flight', async () => {
    const stall = { atMs: 500, forMs: 1000 }
    const load: Config = { executor: 'constant-arrival-rate', rate: 100, parallel: 2, number: 300 }
    const { distributions, summary } = await measure({ tokens: 4, stall }, load)
    expect(summary.succeededRequests).toBe(300)
    // A hundred requests were due within the stall; those of its first tenth waited for 900 ms or more.
    expect(distributions.responseTime!.p99).toBeGreaterThan(900)
    expect(distributions.responseTime!.p90).toBeGreaterThan(500)
    // Only the two in flight saw it: latency from the real start hides the rest, which is the omission.
    expect(distributions.latency!.p99).toBeLessThan(500)
    expect(distributions.latency!.max).toBeGreaterThan(900)
  })

  it('without a cap each request starts when it is due, so latency shows the stall too', async () => {
    const stall = { atMs: 500, forMs: 1000 }
    const load: Config = { executor: 'constant-arrival-rate', rate: 100, openLoop: true, number: 300 }
    const { distributions } = await measure({ tokens: 4, stall }, load)
    expect(distributions.latency!.p99).toBeGreaterThan(900)
    expect(distributions.responseTime!.p99).toBeGreaterThan(900)
  })
})
