/** In-flight over time, against a count that looks at every request at every moment. */
import { describe, expect, test } from 'vitest'
import { TimelineRecorder } from '../../src/metrics/timelineRecorder.ts'

type Request = [start: number, end: number]

/** A closed loop of `slots`, each with one request after another; the same for the same seed. */
function closedLoop(slots: number, requests: number, longestMs: number, gapMs: number): Request[] {
  let seed = 7
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }
  const free = new Array<number>(slots).fill(0)
  const list = Array.from({ length: requests }, (_, i): Request => {
    const start = free[i % slots]! + gapMs * random()
    const end = start + longestMs * random()
    free[i % slots] = end
    return [start, end]
  })
  return list.sort((a, b) => a[1] - b[1])
}

function recorded(requests: readonly Request[], origin = 1000): { bucketMs: number; inFlight: number[] } {
  const recorder = new TimelineRecorder(origin)
  for (const [start, end] of requests) recorder.add(origin + start, origin + end, false, 0)
  const { bucketSeconds, inFlight } = recorder.timeline()
  return { bucketMs: bucketSeconds * 1000, inFlight }
}

function counted(requests: readonly Request[], bucketMs: number, buckets: number): number[] {
  return Array.from({ length: buckets }, (_, i) => {
    const [from, to] = [i * bucketMs, (i + 1) * bucketMs]
    const open = requests.filter(([start, end]) => start <= from && end > from).length
    const time = requests.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0)
    return Math.max(open, time / bucketMs)
  })
}

describe('requests in flight', () => {
  test.each([
    ['shorter than a bucket', closedLoop(4, 400, 3, 0.1), 10],
    ['about a bucket long', closedLoop(8, 300, 25, 1), 10],
    ['much longer, so that buckets are joined again and again', closedLoop(3, 200, 2000, 50), 80],
  ] as const)('%s: the larger of those open at the beginning and the mean', (_, requests, bucketMs) => {
    const { bucketMs: width, inFlight } = recorded(requests)
    expect(width).toBe(bucketMs)
    const expected = counted(requests, width, inFlight.length)
    for (const [i, open] of inFlight.entries()) expect(Math.abs(open - expected[i]!)).toBeLessThan(0.002)
  })

  test('are never more than the slots of a closed loop', () => {
    for (const slots of [1, 4, 16]) {
      const { inFlight } = recorded(closedLoop(slots, 1000, 8, 0))
      expect(Math.max(...inFlight)).toBe(slots)
    }
  })

  test('that begin and end at the edges of buckets are in the buckets between', () => {
    expect(recorded([[10, 30]]).inFlight).toEqual([0, 1, 1, 0])
  })
})
