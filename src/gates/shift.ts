/** What a comparison measured, pairs of blocks of both sides, and how far the candidate lies from the baseline in them. */
import { type BlockCount, type DistributionName, factsOf, type ScalarName } from '../metrics/index.ts'
import {
  average,
  grouped,
  groupSize,
  hodgesLehmann,
  hodgesLehmannShift,
  quantileShift,
  type Shift,
  type Sums,
  shareDifference,
  shiftOfRatio,
  valueAt,
} from '../stats/index.ts'
import type { Scale } from './condition.ts'
import type { Statistic } from './statistic.ts'

/** Blocks of a pair sent the same prompts, one right after the other. */
/** One block of one side. */
export interface SideBlock {
  /** From the first start to the last end. */
  seconds: number
  amounts: BlockAmounts
  /**
   * The values of a metric, milliseconds or tokens per second: position i is the i-th prompt of the block on both
   * sides, NaN where that request has none. Gaps between tokens (`itl`) are all in one list, in no such order.
   */
  values: Partial<Record<DistributionName, Float64Array>>
}

/** What was counted in a block. */
export interface BlockAmounts {
  total: number
  succeeded: number
  /** Met every objective; 0 without objectives. */
  good: number
  outputTokens: number
  /** Input and output. */
  totalTokens: number
}

export interface BlockPair {
  baseline: SideBlock
  candidate: SideBlock
}

export type Side = keyof BlockPair

export const SIDES: readonly Side[] = ['baseline', 'candidate']

/** Values of a metric that were measured, of one block. */
export function measured(block: SideBlock, metric: DistributionName): Float64Array {
  return (block.values[metric] ?? new Float64Array()).filter((value) => !Number.isNaN(value))
}

/** Values of a metric that were measured, of all blocks of a side. */
export function pooled(blocks: readonly BlockPair[], side: Side, metric: DistributionName): Float64Array {
  const parts = blocks.map((pair) => measured(pair[side], metric))
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export type Method = 'hodges-lehmann' | 'quantile' | 'ratio' | 'share'

export interface ChangeOfBlocks extends Shift {
  method: Method
}

/** What can be compared: a percentile or mean of a metric, or a rate or share of the run. */
export type ComparedStatistic =
  | Extract<Statistic, { kind: 'percentile' | 'scalar' }>
  | { kind: 'avg'; name: string; metric: DistributionName }

/**
 * @param pairs in the order of time; pairs in which a side has nothing of this are left out
 * @returns undefined when one side has nothing of this at all; `estimate`, `low` and `high` as `scale` says
 */
export function changeOf(
  statistic: ComparedStatistic,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): ChangeOfBlocks | undefined {
  const found = rawShift(statistic, pairs, scale, confidence)
  if (found === undefined || Number.isNaN(found.estimate)) return undefined
  if (scale === 'absolute' || found.method === 'share') return found
  const { method, estimate, low, high } = found
  return { method, estimate: Math.expm1(estimate), low: low && Math.expm1(low), high: high && Math.expm1(high) }
}

/** The value of one side: percentiles are samples, by the rule of docs/metrics.md. */
export function valueOfSide(statistic: ComparedStatistic, pairs: readonly BlockPair[], side: Side): number | null {
  if (statistic.kind === 'scalar') {
    const { amount, base } = sumOf(pairs.map((pair) => scalarSums(statistic.name, pair[side])))
    // A rate of nothing is no rate.
    return base > 0 && (amount > 0 || isShare(statistic)) ? amount / base : null
  }
  const values = pooled(pairs, side, statistic.metric).sort()
  if (values.length === 0) return null
  if (statistic.kind === 'avg') return values.reduce((sum, value) => sum + value, 0) / values.length
  return valueAt(values, statistic.p / 100)
}

/** Both times of a metric are of the same request of the same prompt; gaps between tokens are not one per request. */
function isPaired(metric: DistributionName): boolean {
  return factsOf(metric).of !== 'gap'
}

type MeanStatistic = Exclude<ComparedStatistic, { kind: 'percentile' }>

function isShare(statistic: ComparedStatistic): boolean {
  return statistic.kind === 'scalar' && factsOf(statistic.name).compare === 'share'
}

function rawShift(
  statistic: ComparedStatistic,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): ChangeOfBlocks | undefined {
  if (statistic.kind === 'scalar' && isShare(statistic)) {
    const side = (name: Side) => {
      const sums = pairs.map((pair) => scalarSums(statistic.name, pair[name]))
      return { hits: sums.map(({ amount }) => amount), totals: sums.map(({ base }) => base) }
    }
    return { method: 'share', ...shareDifference(side('baseline'), side('candidate'), confidence) }
  }
  if (statistic.kind !== 'percentile') return ratioShift(statistic, pairs, scale, confidence)
  const { metric, p } = statistic
  if (p === 50 && isPaired(metric)) return pairedShift(metric, pairs, scale, confidence)
  const blocks = pairs.map(({ baseline, candidate }) => ({
    baseline: scaled(measured(baseline, metric), scale),
    candidate: scaled(measured(candidate, metric), scale),
  }))
  if (blocks.every(({ baseline }) => baseline.length === 0)) return undefined
  if (blocks.every(({ candidate }) => candidate.length === 0)) return undefined
  return { method: 'quantile', ...quantileShift(blocks, p / 100, confidence) }
}

/**
 * Per pair of blocks the Hodges–Lehmann shift of its pairs of requests, and over the blocks the Hodges–Lehmann shift of
 * those. Requests within a block are correlated, so blocks are the independent units.
 */
function pairedShift(
  metric: DistributionName,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): ChangeOfBlocks | undefined {
  const shifts = pairs.flatMap(({ baseline, candidate }) => {
    const differences = pairedDifferences(baseline.values[metric], candidate.values[metric], scale)
    return differences.length === 0 ? [] : hodgesLehmannShift(differences)
  })
  if (shifts.length === 0) return undefined
  const units = grouped(shifts, groupSize(shifts), average)
  return { method: 'hodges-lehmann', ...hodgesLehmann(Float64Array.from(units), confidence) }
}

function pairedDifferences(
  baseline: Float64Array | undefined,
  candidate: Float64Array | undefined,
  scale: Scale,
): Float64Array {
  if (baseline === undefined || candidate === undefined) return new Float64Array()
  const before = scaled(baseline, scale)
  const after = scaled(candidate, scale)
  return before.map((value, i) => (after[i] ?? Number.NaN) - value).filter((value) => !Number.isNaN(value))
}

/** Of rates and means. */
function ratioShift(
  statistic: MeanStatistic,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): ChangeOfBlocks | undefined {
  const sums = pairs
    .map(({ baseline, candidate }) => ({
      baseline: sumsOf(statistic, baseline),
      candidate: sumsOf(statistic, candidate),
    }))
    .filter(({ baseline, candidate }) => baseline.base > 0 && candidate.base > 0)
  if (sumOf(sums.map(({ baseline }) => baseline)).amount === 0) return undefined
  if (sumOf(sums.map(({ candidate }) => candidate)).amount === 0) return undefined
  return { method: 'ratio', ...shiftOfRatio(sums, scale === 'relative' ? 'ratio' : 'difference', confidence) }
}

function sumsOf(statistic: MeanStatistic, block: SideBlock): Sums {
  if (statistic.kind === 'scalar') return scalarSums(statistic.name, block)
  const values = measured(block, statistic.metric)
  return { amount: values.reduce((sum, value) => sum + value, 0), base: values.length }
}

/** The two parts of a metric of a run, in one block. */
function scalarSums(name: ScalarName, { amounts, seconds }: SideBlock): Sums {
  const counts: Record<BlockCount, number> = { ...amounts, seconds, failed: amounts.total - amounts.succeeded }
  const { compare, amount, per } = factsOf(name)
  if (compare === 'none') throw new Error(`${name} is not counted in blocks`)
  return { amount: counts[amount], base: counts[per] }
}

function sumOf(sums: readonly Sums[]): Sums {
  return {
    amount: sums.reduce((total, { amount }) => total + amount, 0),
    base: sums.reduce((total, { base }) => total + base, 0),
  }
}

/** Shorter times than this are not told apart; the logarithm of 0, two tokens in one read, does not exist. */
const LEAST_MS = 0.001

function scaled(values: Float64Array, scale: Scale): Float64Array {
  return scale === 'relative' ? values.map((value) => Math.log(Math.max(value, LEAST_MS))) : values
}
