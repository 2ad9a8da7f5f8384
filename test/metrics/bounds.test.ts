/** The ends of what the errors of timestamps leave open, metric by metric, by hand-computed values. */
import { describe, expect, test } from 'vitest'
import { RunMetrics } from '../../src/metrics/index.ts'
import { BatchWriter, C, ROW, type SampleBatch } from '../../src/samples/index.ts'

interface Given {
  startedAt: number
  tokensAt: number[]
  /** Of each token. */
  errors: number[]
  turnaround?: number
}

/** Requests whose answers end with their last token. */
function batchOf(given: readonly Given[]): SampleBatch {
  const writer = new BatchWriter(0)
  for (const [index, { startedAt, tokensAt, errors, turnaround = Number.NaN }] of given.entries()) {
    const row = new Float64Array(ROW).fill(Number.NaN)
    row[C.index] = index
    row[C.flags] = 0
    row[C.startedAt] = row[C.scheduledAt] = startedAt
    row[C.firstChunkAt] = row[C.firstTokenAt] = row[C.answerAt] = tokensAt[0]!
    row[C.lastChunkAt] = row[C.lastTokenAt] = row[C.endedAt] = tokensAt.at(-1)!
    row[C.firstChunkError] = row[C.firstTokenError] = row[C.answerError] = errors[0]!
    row[C.lastChunkError] = row[C.lastTokenError] = row[C.endError] = errors.at(-1)!
    row[C.turnaround] = turnaround
    row[C.hiddenTokens] = 0
    row[C.firstTokens] = 1
    row[C.packages] = row[C.outputEvents] = row[C.outputTokens] = tokensAt.length
    row[C.inputTokens] = 10
    row[C.status] = 200
    row[C.cause] = -1
    const gaps = Float64Array.from(tokensAt.slice(1), (at, i) => at - tokensAt[i]!)
    writer.add(row, gaps, gaps.length, ['', '', '', ''], Float32Array.from(errors.slice(1)))
  }
  return writer.take()
}

/** From 0: first token seen at 100, up to 40 late; then 110 and 130, the last up to 8 late. */
const one: Given = { startedAt: 0, tokensAt: [100, 110, 130], errors: [40, 0, 8] }

function ends(given: readonly Given[], name: Parameters<RunMetrics['distribution']>[0], p = 50): number[] {
  const metrics = new RunMetrics(0)
  metrics.add(batchOf(given))
  const { low, high } = metrics.bounds!
  return [low, metrics, high].map((view) => view.distribution(name)!.percentile(p))
}

describe('of one request', () => {
  test.each([
    ['ttft', [60, 100, 100]],
    ['firstChunkLatency', [60, 100, 100]],
    ['latency', [122, 130, 130]],
    // (130 − 100) / 2 = 15: the end may be 8 earlier, the start 40.
    ['tpot', [11, 15, 35]],
    ['packageLatency', [11, 15, 35]],
    ['decodeSpeed', [1000 / 35, 1000 / 15, 1000 / 11]],
    ['outputSpeed', [3000 / 130, 3000 / 130, 3000 / 122]],
  ] as const)('%s', (name, expected) => {
    for (const [i, end] of ends([one], name).entries()) expect(end).toBeCloseTo(expected[i]!, 9)
  })

  test('each gap by the errors of its two reads', () => {
    // 10 and 20; the first may be 50, since its start may be 40 earlier; the second 12, since its end may be 8 earlier.
    expect(ends([one], 'itl', 0)).toEqual([10, 10, 20])
    expect(ends([one], 'itl', 100)).toEqual([12, 20, 50])
  })

  test('without errors there are no bounds', () => {
    const metrics = new RunMetrics(0)
    metrics.add(batchOf([{ ...one, errors: [0, 0, Number.NaN] }]))
    expect(metrics.bounds).toBeUndefined()
  })
})

test('of many, the statistic of the ends: past 100,000 values, too', () => {
  const tokensAt = Array.from({ length: 60_001 }, (_, i) => 100 + i * 10)
  const errors = tokensAt.map((_, i) => (i % 2 === 0 ? 4 : 0))
  // Half of the gaps may be 6, half 14: the lower end is 6 and 10, the upper 10 and 14.
  const [low, , high] = [10, 50, 90].map((p) =>
    ends(
      [
        { startedAt: 0, tokensAt, errors },
        { startedAt: 0, tokensAt, errors },
      ],
      'itl',
      p,
    ),
  )
  expect(low![0]).toBeCloseTo(6, 1)
  expect(low![1]).toBeCloseTo(10, 1)
  expect(high![1]).toBeCloseTo(10, 1)
  expect(high![2]).toBeCloseTo(14, 1)
})

test('requests are good surely or possibly, and the rate of good ones lies between', () => {
  const metrics = new RunMetrics(0, [{ metric: 'ttft', holds: (value) => value <= 80 }])
  const at = (startedAt: number, error: number, ttft: number): Given => ({
    startedAt,
    tokensAt: [startedAt + ttft, startedAt + 500],
    errors: [error, 0],
  })
  // Good beyond doubt; measured as too slow, but perhaps good; too slow beyond doubt.
  metrics.add(batchOf([at(0, 5, 70), at(500, 30, 100), at(1000, 10, 100), at(1500, 0, 50)]))
  const { low, high } = metrics.bounds!
  expect([low, metrics, high].map((view) => view.scalar('goodShare'))).toEqual([0.5, 0.5, 0.75])
  expect([low, metrics, high].map((view) => view.scalar('goodput'))).toEqual([1, 1, 1.5])
})

describe('the share of the load that was offered', () => {
  test('a closed loop: ends seen late, and turnarounds beyond the median', () => {
    const metrics = new RunMetrics(0)
    metrics.offered = { uncapped: false, parallel: 1 }
    const row = (startedAt: number, error: number, turnaround?: number): Given => ({
      startedAt,
      tokensAt: [startedAt + 50, startedAt + 90],
      errors: [0, error],
      ...(turnaround === undefined ? {} : { turnaround }),
    })
    // Starts at 0, 100, 200, 400: three turnarounds of 10, 10 and 110; ends seen 20 late on average.
    metrics.add(batchOf([row(0, 20), row(100, 20, 10), row(200, 20, 10), row(400, 20, 110)]))
    expect(metrics.offeredShare).toBeCloseTo(1 - (3 * 20 + 100) / 400, 9)
    const { low, high } = metrics.bounds!
    expect(low.scalar('qps')).toBeCloseTo(4 / 0.49, 9)
    expect(high.scalar('qps')).toBeCloseTo(4 / 0.49 / metrics.offeredShare, 9)
  })

  test('an open loop: the time that its starts were to take, over the time they took', () => {
    const metrics = new RunMetrics(0)
    metrics.offered = { uncapped: true, parallel: Number.POSITIVE_INFINITY }
    const batch = batchOf([0, 120, 250].map((startedAt) => ({ startedAt, tokensAt: [startedAt + 9], errors: [0] })))
    for (const [i, at] of [0, 100, 200].entries()) batch.numbers[i * ROW + C.scheduledAt] = at
    metrics.add(batch)
    expect(metrics.offeredShare).toBeCloseTo(200 / 250, 9)
  })
})
