/** The change of one figure from the baseline to the candidate, by the method that suits the figure. */
import { type BlockCount, type DistributionName, factsOf, type ScalarName } from '../../metrics/index.ts'
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
} from '../../stats/index.ts'
import type { Figure } from '../figure.ts'
import type { Scale } from '../tolerance.ts'
import { type BlockPair, measured, pooled, type Side, type SideBlock } from './blocks.ts'

export type Method = 'hodges-lehmann' | 'quantile' | 'ratio' | 'share'

export interface FigureShift extends Shift {
  method: Method
}

/** The figures that can be compared, as a figure of a run: a percentile or mean of a metric, or a rate or share. */
export type ComparedFigure =
  | Extract<Figure, { kind: 'percentile' | 'scalar' }>
  | { kind: 'avg'; name: string; metric: DistributionName }

/**
 * @param pairs in the order of time; pairs in which a side has nothing for this figure are left out
 * @returns undefined when one side has nothing for this figure at all; `estimate`, `low` and `high` as `scale` says
 */
export function figureShift(
  figure: ComparedFigure,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): FigureShift | undefined {
  const found = shiftOf(figure, pairs, scale, confidence)
  if (found === undefined || Number.isNaN(found.estimate)) return undefined
  if (scale === 'absolute' || found.method === 'share') return found
  const { method, estimate, low, high } = found
  return { method, estimate: Math.expm1(estimate), low: low && Math.expm1(low), high: high && Math.expm1(high) }
}

/** The figure itself, of one side: percentiles are samples, by the rule of docs/metrics.md. */
export function figureOfSide(figure: ComparedFigure, pairs: readonly BlockPair[], side: Side): number | null {
  if (figure.kind === 'scalar') {
    const { amount, base } = sumOf(pairs.map((pair) => scalarSums(figure.name, pair[side])))
    // A rate of nothing is no rate.
    return base > 0 && (amount > 0 || isShare(figure)) ? amount / base : null
  }
  const values = pooled(pairs, side, figure.metric).sort()
  if (values.length === 0) return null
  if (figure.kind === 'avg') return values.reduce((sum, value) => sum + value, 0) / values.length
  return valueAt(values, figure.p / 100)
}

/** Both times of a metric are of the same request of the same prompt; gaps between tokens are not one per request. */
function isPaired(metric: DistributionName): boolean {
  return factsOf(metric).of !== 'gap'
}

type MeanFigure = Exclude<ComparedFigure, { kind: 'percentile' }>

function isShare(figure: ComparedFigure): boolean {
  return figure.kind === 'scalar' && factsOf(figure.name).compare === 'share'
}

function shiftOf(
  figure: ComparedFigure,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): FigureShift | undefined {
  if (figure.kind === 'scalar' && isShare(figure)) {
    const side = (name: Side) => {
      const sums = pairs.map((pair) => scalarSums(figure.name, pair[name]))
      return { hits: sums.map(({ amount }) => amount), totals: sums.map(({ base }) => base) }
    }
    return { method: 'share', ...shareDifference(side('baseline'), side('candidate'), confidence) }
  }
  if (figure.kind !== 'percentile') return ratioShift(figure, pairs, scale, confidence)
  const { metric, p } = figure
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
 * those: requests of a block share the machine's mood, so the interval rests on the blocks alone.
 */
function pairedShift(
  metric: DistributionName,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): FigureShift | undefined {
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
  figure: MeanFigure,
  pairs: readonly BlockPair[],
  scale: Scale,
  confidence: number,
): FigureShift | undefined {
  const sums = pairs
    .map(({ baseline, candidate }) => ({ baseline: sumsOf(figure, baseline), candidate: sumsOf(figure, candidate) }))
    .filter(({ baseline, candidate }) => baseline.base > 0 && candidate.base > 0)
  if (sumOf(sums.map(({ baseline }) => baseline)).amount === 0) return undefined
  if (sumOf(sums.map(({ candidate }) => candidate)).amount === 0) return undefined
  return { method: 'ratio', ...shiftOfRatio(sums, scale === 'relative' ? 'ratio' : 'difference', confidence) }
}

function sumsOf(figure: MeanFigure, block: SideBlock): Sums {
  if (figure.kind === 'scalar') return scalarSums(figure.name, block)
  const values = measured(block, figure.metric)
  return { amount: values.reduce((sum, value) => sum + value, 0), base: values.length }
}

/** The two parts of the figure of a run, in one block. */
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
