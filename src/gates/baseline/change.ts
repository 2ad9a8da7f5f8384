/** How much a figure has changed between two runs that were measured apart, with an interval. */
import type { StoredFigure } from './stored.ts'

/** Relative: 0.05 is 5 % more than before. Absolute: in the figure's own unit. */
export interface Change {
  value: number
  /** At the confidence of the two intervals; null: no finite end. Undefined: a figure came without an interval. */
  interval: { low: number | null; high: number | null } | undefined
}

/**
 * The relative change, by MOVER on the logarithms (Zou and Donner 2008, "Construction of confidence limits about
 * effect measures"; Newcombe 2016, "MOVER-R"): an interval of a ratio from the separate intervals of its two parts,
 * which need not be symmetric and whose samples need not be paired.
 */
export function relativeChange(before: StoredFigure, after: StoredFigure): Change {
  const ratio = Math.log(after.value / before.value)
  const reach = (share: number): number => Math.expm1(share)
  const value = after.value / before.value - 1
  const ends = bothIntervals(before, after)
  if (ends === undefined) return { value, interval: undefined }
  if (!(before.value > 0 && after.value > 0)) return { value, interval: { low: null, high: null } }
  const down = together(logGap(ends.after.low, after.value), logGap(ends.before.high, before.value))
  const up = together(logGap(ends.after.high, after.value), logGap(ends.before.low, before.value))
  return {
    value,
    interval: { low: down === null ? -1 : reach(ratio - down), high: up === null ? null : reach(ratio + up) },
  }
}

/** The absolute change, by MOVER as it stands. */
export function absoluteChange(before: StoredFigure, after: StoredFigure): Change {
  const value = after.value - before.value
  const ends = bothIntervals(before, after)
  if (ends === undefined) return { value, interval: undefined }
  const down = together(gap(ends.after.low, after.value), gap(ends.before.high, before.value))
  const up = together(gap(ends.after.high, after.value), gap(ends.before.low, before.value))
  return { value, interval: { low: down === null ? null : value - down, high: up === null ? null : value + up } }
}

function bothIntervals(before: StoredFigure, after: StoredFigure) {
  if (before.interval === undefined || after.interval === undefined) return undefined
  return { before: before.interval, after: after.interval }
}

function gap(end: number | null, value: number): number | null {
  return end === null ? null : Math.abs(value - end)
}

function logGap(end: number | null, value: number): number | null {
  return end === null || !(end > 0) ? null : Math.abs(Math.log(value / end))
}

function together(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.hypot(a, b)
}
