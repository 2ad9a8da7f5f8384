/** Gathers the samples of one block: what was counted, and each request's figures by its place among the prompts. */
import { performance } from 'node:perf_hooks'
import type { SideBlock } from '../../gates/index.ts'
import { type DistributionName, type Objective, RunMetrics } from '../../metrics/index.ts'
import { C, ROW, type SampleBatch } from '../../samples/index.ts'
import type { CacheFacts } from './sharedCache.ts'

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
    gapErrors: batch.gapErrors.subarray(firstGap, batch.gapEnds[row]),
    gapEnds: Uint32Array.of(batch.gapEnds[row]! - firstGap),
    text: batch.text.subarray(firstByte, textEnds.at(-1)),
    textEnds: textEnds.map((end) => end - firstByte),
  }
}
