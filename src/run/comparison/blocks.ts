/** The blocks of a comparison: their order, what one has measured, and the load threads over all of them. */

import { performance } from 'node:perf_hooks'
import type { Side, SideBlock } from '../../gates/index.ts'
import { loopDelay, type PhaseReport, type ThreadHealth } from '../../load/index.ts'
import { type DistributionName, type Objective, RunMetrics } from '../../metrics/index.ts'
import { seeded } from '../../random/index.ts'
import { C, ROW, type SampleBatch } from '../../samples/index.ts'
import type { CacheFacts } from './sharedCache.ts'

/**
 * ABBA, and which side is A is drawn anew for every two pairs: a drift of the machine that goes one way hits both sides
 * alike, and nothing periodic can keep in step with the order.
 *
 * @returns for each pair its two sides in the order in which they send; the same for the same seed
 */
export function blockOrder(pairs: number, seed: number): [Side, Side][] {
  const random = seeded(seed)
  let first: Side = 'baseline'
  return Array.from({ length: pairs }, (_, i) => {
    if (i % 2 === 0) first = random() < 0.5 ? 'baseline' : 'candidate'
    else first = other(first)
    return [first, other(first)]
  })
}

function other(side: Side): Side {
  return side === 'baseline' ? 'candidate' : 'baseline'
}

export interface BlockFacts {
  /** Number of the first request of the block. */
  firstIndex: number
  /** Requests in the block. */
  size: number
  /** What the comparison is about. */
  metrics: readonly DistributionName[]
  objectives: readonly Objective[]
}

export class BlockRecorder {
  readonly #facts: BlockFacts
  readonly #metrics: RunMetrics
  readonly #values = new Map<DistributionName, Float64Array>()

  constructor(facts: BlockFacts) {
    this.#facts = facts
    this.#metrics = new RunMetrics(performance.now(), facts.objectives)
    for (const metric of facts.metrics)
      if (metric !== 'itl') this.#values.set(metric, new Float64Array(facts.size).fill(Number.NaN))
  }

  add(batch: SampleBatch): void {
    for (let row = 0; row < batch.count; row++) this.#addRow(batch, row)
  }

  /** The formulas are those of a run: a row is added alone, and what its metrics gained is that request's. */
  #addRow(batch: SampleBatch, row: number): void {
    const counts = [...this.#values.keys()].map((metric) => this.#metrics.distribution(metric)?.n ?? 0)
    this.#metrics.add(singleRow(batch, row))
    const place = batch.numbers[row * ROW + C.index]! - this.#facts.firstIndex
    for (const [i, [metric, values]] of [...this.#values].entries()) {
      const distribution = this.#metrics.distribution(metric)
      if (distribution !== undefined && distribution.n > counts[i]!) values[place] = distribution.series()!.at(-1)!
    }
  }

  /** What the block says of a cache of prompts. */
  inCache(): Omit<CacheFacts, 'side'> {
    const { cachedTokens, inputTokensOfCached: inputTokens } = this.#metrics
    const waits = this.#metrics.distribution('ttft') ?? this.#metrics.distribution('latency')
    return { cachedTokens, inputTokens, waitMs: waits?.percentile(50) }
  }

  block(): SideBlock {
    const metrics = this.#metrics
    const { seconds } = metrics
    const itl = this.#facts.metrics.includes('itl') ? metrics.distribution('itl')?.series() : undefined
    return {
      seconds,
      amounts: {
        total: metrics.total,
        succeeded: metrics.succeeded,
        good: metrics.good || 0,
        outputTokens: (metrics.scalar('outputTokensPerSecond') ?? 0) * seconds,
        totalTokens: (metrics.scalar('totalTokensPerSecond') ?? 0) * seconds,
      },
      values: { ...Object.fromEntries(this.#values), ...(itl && { itl: itl.slice() }) },
    }
  }
}

/** A batch of one row, on the same memory. */
function singleRow(batch: SampleBatch, row: number): SampleBatch {
  const texts = batch.textEnds.length / batch.count
  const firstGap = row === 0 ? 0 : batch.gapEnds[row - 1]!
  const firstByte = row === 0 ? 0 : batch.textEnds[row * texts - 1]!
  const textEnds = batch.textEnds.subarray(row * texts, (row + 1) * texts)
  return {
    count: 1,
    worker: batch.worker,
    numbers: batch.numbers.subarray(row * ROW, (row + 1) * ROW),
    gaps: batch.gaps.subarray(firstGap, batch.gapEnds[row]),
    gapEnds: Uint32Array.of(batch.gapEnds[row]! - firstGap),
    text: batch.text.subarray(firstByte, textEnds.at(-1)),
    textEnds: textEnds.map((end) => end - firstByte),
  }
}

/** Shares of time are weighted by time; stalls of the event loop are those of all blocks. */
export function joinedReport(reports: readonly PhaseReport[]): PhaseReport {
  const workers = reports[0]?.threads.map(({ worker }) => worker) ?? []
  return {
    startedAt: reports[0]?.startedAt ?? 0,
    threads: workers.map((worker) =>
      joined(reports.flatMap(({ threads }) => threads.find((thread) => thread.worker === worker) ?? [])),
    ),
    connectMs: reports.flatMap(({ connectMs }) => connectMs),
    // Counted from the start of the threads on.
    connections: reports.at(-1)?.connections ?? { opened: 0, http2: 0 },
    broken: reports.find(({ broken }) => broken !== undefined)?.broken,
  }
}

function joined(healths: readonly ThreadHealth[]): ThreadHealth {
  const sum = (pick: (health: ThreadHealth) => number): number => healths.reduce((total, one) => total + pick(one), 0)
  const max = (pick: (health: ThreadHealth) => number): number => Math.max(0, ...healths.map(pick))
  const elapsedMs = sum((health) => health.elapsedMs)
  const overTime = (pick: (health: ThreadHealth) => number): number =>
    elapsedMs === 0 ? 0 : sum((health) => pick(health) * health.elapsedMs) / elapsedMs
  const stalls = healths.flatMap((health) => health.stalls)
  return {
    worker: healths[0]!.worker,
    cpuShare: overTime(({ cpuShare }) => cpuShare),
    busyShare: overTime(({ busyShare }) => busyShare),
    elapsedMs,
    stalls,
    eventLoopDelayMs: loopDelay(stalls, elapsedMs),
    gcPauseMs: { total: sum(({ gcPauseMs }) => gcPauseMs.total), max: max(({ gcPauseMs }) => gcPauseMs.max) },
    // Counted from the start of the thread on.
    descriptorsExhausted: max(({ descriptorsExhausted }) => descriptorsExhausted),
    unsent: sum(({ unsent }) => unsent),
  }
}
