/** A server just inside its limit, looked at again and again: how often it is failed for nothing. */

import { resolveConfig } from '../../src/config/index.ts'
import { evaluateThresholds, parseThresholds } from '../../src/gates/index.ts'
import { Judging } from '../../src/gates/judging.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { RunMetrics } from '../../src/metrics/index.ts'
import { seeded } from '../../src/random/index.ts'
import type { Verdict } from '../../src/result/index.ts'
import { LOOK_GROWTH, normalQuantile } from '../../src/stats/index.ts'
import type { ProofOptions, ProofResult, ProofRow } from './row.ts'
import { percent } from './table.ts'
import { batchOf, latenciesOf, truthsOf, type World } from './world.ts'

const CONFIDENCE = 0.95
const MOST = 0.05
const NUMBER = 200
const MAX_NUMBER = 2000
/** Requests that come in together, and that are still in flight when a run ends. */
const BATCH = 8
/** The truth is better than its limit by this share: as good as on it. */
const INSIDE = 1e-4
const ERROR_RATE = 0.05

const WORLDS: readonly World[] = [
  { cv: 0.3, rho: 0.3 },
  { cv: 1, rho: 0.3 },
]

interface Claim {
  key: string
  condition: (world: World) => string
}

const CLAIMS: readonly Claim[] = [
  { key: 'p50(latency)', condition: (world) => timeLimit(truthsOf(world).quantile(0)) },
  { key: 'p90(latency)', condition: (world) => timeLimit(truthsOf(world).quantile(normalQuantile(0.1))) },
  { key: 'p99(latency)', condition: (world) => timeLimit(truthsOf(world).quantile(normalQuantile(0.01))) },
  { key: 'avg(latency)', condition: (world) => timeLimit(truthsOf(world).mean) },
  { key: 'qps', condition: (world) => `>= ${truthsOf(world).qps * (1 - INSIDE)}` },
  { key: 'errorRate', condition: () => `<= ${ERROR_RATE * (1 + INSIDE)}` },
]

export interface Looks {
  verdicts: Record<Verdict, number>
  /** Mean number of requests sent. */
  requests: number
  /** Runs failed at the same looks by intervals that know nothing of one another. */
  naiveFails: number
  /** Runs failed by the figure after the first `number` requests, as others judge. */
  figureFails: number
}

/** Judges runs by the code that judges real ones. */
export function simulateLooks(claim: Claim, world: World, trials: number, seed: number): Looks {
  const thresholds = { [claim.key]: claim.condition(world) }
  const found: Looks = {
    verdicts: { pass: 0, fail: 0, undecided: 0, invalid: 0, none: 0 },
    requests: 0,
    naiveFails: 0,
    figureFails: 0,
  }
  for (let trial = 0; trial < trials; trial++) {
    const source = seed * 1_000_000 + trial
    const { verdict, requests } = judgedRun(thresholds, claim, world, source)
    found.verdicts[verdict]++
    found.requests += requests / trials
    const naive = naiveRun(thresholds, claim, world, source)
    if (naive.failed) found.naiveFails++
    if (naive.figureFailed) found.figureFails++
  }
  return found
}

export const CLAIM_NAMES: readonly string[] = CLAIMS.map(({ key }) => key)

/** @throws Error when there is no claim on this figure */
export function claimOn(key: string): Claim {
  const claim = CLAIMS.find((known) => known.key === key)
  if (claim === undefined) throw new Error(`no claim on ${key}; there are ${CLAIM_NAMES.join(', ')}`)
  return claim
}

function judgedRun(
  thresholds: Record<string, string>,
  claim: Claim,
  world: World,
  source: number,
): { verdict: Verdict; requests: number } {
  const config = resolveConfig({ thresholds, confidence: CONFIDENCE, number: NUMBER, maxNumber: MAX_NUMBER })
  const feed = new Feed(claim, world, source)
  let ended = false
  const end = (): void => {
    ended = true
  }
  const judging = new Judging({
    config,
    level: levelsOf(config)[0]!.level,
    thresholds: parseThresholds(thresholds),
    objectives: [],
    metrics: feed.metrics,
    startedAt: () => performance.now(),
    end,
    stop: end,
  })
  while (!ended && feed.metrics.total < judging.level.number) judging.take(feed.next())
  if (ended) judging.take(feed.next())
  return { verdict: judging.results()[0]!.verdict, requests: feed.metrics.total }
}

function naiveRun(
  record: Record<string, string>,
  claim: Claim,
  world: World,
  source: number,
): { failed: boolean; figureFailed: boolean } {
  const thresholds = parseThresholds(record)
  const feed = new Feed(claim, world, source)
  const { metrics } = feed
  while (metrics.total < NUMBER) feed.next()
  const figureFailed = evaluateThresholds(thresholds, metrics)[0]!.verdict === 'fail'
  for (let lookAt = NUMBER; ; lookAt = Math.min(MAX_NUMBER, metrics.total * LOOK_GROWTH)) {
    while (metrics.total < lookAt) feed.next()
    const options = { confidence: CONFIDENCE, timeline: metrics.timeline.timeline() }
    const { verdict } = evaluateThresholds(thresholds, metrics, options)[0]!
    if (verdict !== 'undecided' || metrics.total >= MAX_NUMBER) return { failed: verdict === 'fail', figureFailed }
  }
}

/** An endless supply of requests, and the figures of those supplied. */
class Feed {
  readonly metrics = new RunMetrics(0)
  readonly #latency: () => number
  readonly #failsFrom: number
  #now = 0

  constructor({ key }: Claim, world: World, source: number) {
    this.#latency = latenciesOf(world, seeded(source))
    // Slow requests fail, so that failures come in bursts as slowness does.
    this.#failsFrom =
      key === 'errorRate' ? truthsOf(world).quantile(normalQuantile(ERROR_RATE)) : Number.POSITIVE_INFINITY
  }

  next() {
    const latencies = Array.from({ length: BATCH }, this.#latency)
    const batch = batchOf(latencies, this.#now, this.#failsFrom)
    this.#now += latencies.reduce((sum, latency) => sum + latency, 0)
    this.metrics.add(batch)
    return batch
  }
}

export const repeatedLooks: ProofRow = {
  name: 'a server truly just inside its limit, repeated looks',
  target: '"fail" in at most 5 % of runs',
  run({ seed, quick }: ProofOptions): ProofResult {
    const trials = quick ? 100 : 1000
    const body: string[][] = []
    let worst = 0
    for (const world of WORLDS) {
      for (const claim of CLAIMS) {
        const { verdicts, requests, naiveFails, figureFails } = simulateLooks(claim, world, trials, seed)
        worst = Math.max(worst, verdicts.fail / trials)
        const shares = [verdicts.fail, verdicts.pass, verdicts.undecided, naiveFails, figureFails]
        body.push([
          `${world.cv}`,
          `${world.rho}`,
          claim.key,
          ...shares.map((share) => percent(share / trials)),
          `${Math.round(requests)}`,
        ])
      }
    }
    return {
      met: worst <= MOST,
      summary: `at most ${percent(worst)} over ${body.length} cases of ${trials} runs, ${NUMBER} to ${MAX_NUMBER} requests each`,
      head: [
        'CV',
        'lag-1',
        'on its limit',
        'fail',
        'pass',
        'undecided',
        'fail, uncorrected looks',
        'fail, figure alone',
        'requests',
      ],
      body,
    }
  },
}

function timeLimit(milliseconds: number): string {
  return `<= ${milliseconds * (1 + INSIDE)} ms`
}
