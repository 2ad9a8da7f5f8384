import { describe, expect, test } from 'vitest'
import { findKnee, isOverSaturated } from '../../../src/gates/index.ts'

const curve = (loads: number[], throughput: (load: number) => number) =>
  loads.map((load) => ({ load, throughput: throughput(load) }))
const DOUBLINGS = [1, 2, 4, 8, 16, 32]

describe('the knee', () => {
  test('is that of the published example: figure 2 of the Kneedle paper, 5 − 1 / (x + 0.1), at 0.22', () => {
    const x = Array.from({ length: 10 }, (_, i) => i / 9)
    const knee = findKnee(curve(x, (at) => 5 - 1 / (at + 0.1)))
    expect(x[knee!]).toBeCloseTo(0.22, 2)
  })

  test('of a server with so many slots is at its slots', () => {
    for (const slots of [2, 4, 8, 16])
      expect(DOUBLINGS[findKnee(curve(DOUBLINGS, (load) => Math.min(load, slots)))!]).toBe(slots)
  })

  test('is found where throughput falls again under overload', () => {
    expect(findKnee(curve(DOUBLINGS, (load) => [10, 20, 40, 55, 50, 30][DOUBLINGS.indexOf(load)]!))).toBe(3)
  })

  test('is not found on a line, on a curve that bends upwards, without a change, or on two points', () => {
    expect(findKnee(curve(DOUBLINGS, (load) => 3 * load))).toBeUndefined()
    expect(findKnee(curve(DOUBLINGS, (load) => load * load))).toBeUndefined()
    expect(findKnee(curve(DOUBLINGS, () => 7))).toBeUndefined()
    expect(findKnee(curve([1, 2], (load) => load))).toBeUndefined()
    expect(findKnee([])).toBeUndefined()
  })

  test('is not taken from a dent that the noise of one level makes in a line', () => {
    const noisy = [1, 2, 4.2, 8.3, 15.8, 32]
    expect(findKnee(DOUBLINGS.map((load, i) => ({ load, throughput: noisy[i]! })))).toBeUndefined()
  })
})

describe('over-saturation', () => {
  const point = (load: number, throughput: number, latencyMs: number | null) => ({ load, throughput, latencyMs })

  test('is a closed loop whose latency doubles with its load, as by Little’s law', () => {
    expect(isOverSaturated(point(8, 80, 100), point(16, 80, 200))).toBe(true)
    expect(isOverSaturated(point(8, 80, 100), point(16, 78, 205))).toBe(true)
  })

  test('is not while throughput grows, however slow the answers become', () => {
    expect(isOverSaturated(point(8, 80, 100), point(16, 100, 160))).toBe(false)
    // A tenth of a doubling, in logarithms, is 7.2 %.
    expect(isOverSaturated(point(8, 80, 100), point(16, 80 * 1.08, 185))).toBe(false)
    expect(isOverSaturated(point(8, 80, 100), point(16, 80 * 1.07, 187))).toBe(true)
  })

  test('is not where throughput stands still without a queue: the load did not arrive', () => {
    expect(isOverSaturated(point(8, 80, 100), point(16, 80, 101))).toBe(false)
  })

  test('cannot be told without answers', () => {
    expect(isOverSaturated(point(8, 0, null), point(16, 0, null))).toBe(false)
    expect(isOverSaturated(point(8, 80, 100), point(16, 0, null))).toBe(false)
  })
})
