/** Piecewise linear ramps: what a list of `{ duration, target }` stages means at each moment. */
import type { Stage } from '../config/index.ts'

export function stagesEndMs(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.duration, 0) * 1000
}

export function stagesPeak(stages: readonly Stage[], start: number): number {
  return stages.reduce((peak, stage) => Math.max(peak, stage.target), start)
}

/** The ramp's value at a time; the last target after its end. */
export function stageValueAt(stages: readonly Stage[], start: number, elapsedMs: number): number {
  let from = start
  let beganMs = 0
  for (const { duration, target } of stages) {
    const lastsMs = duration * 1000
    if (elapsedMs < beganMs + lastsMs) return from + ((target - from) * (elapsedMs - beganMs)) / lastsMs
    from = target
    beganMs += lastsMs
  }
  return from
}

/**
 * The time at which the ramp's integral (a count of arrivals, for a rate per second) reaches `count`, milliseconds;
 * Infinity when it never does. Exact: within a stage the integral is quadratic in time.
 */
export function timeOfCount(stages: readonly Stage[], start: number, count: number): number {
  let from = start
  let beganMs = 0
  let before = 0
  for (const { duration, target } of stages) {
    const area = ((from + target) / 2) * duration
    if (before + area >= count && area > 0) {
      const wanted = count - before
      const slope = (target - from) / duration
      const seconds =
        Math.abs(slope) < 1e-12
          ? wanted / from
          : (Math.sqrt(Math.max(0, from * from + 2 * slope * wanted)) - from) / slope
      return beganMs + seconds * 1000
    }
    before += area
    from = target
    beganMs += duration * 1000
  }
  return Number.POSITIVE_INFINITY
}
