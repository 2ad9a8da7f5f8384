import { expect, test } from 'vitest'
import type { RunProgress } from '../../src/run/index.ts'
import { progressLine } from '../../src/run/progressLine.ts'
import { sayProgress } from '../../src/testing/live.ts'

const AT: RunProgress = {
  phase: 'measuring',
  level: 1,
  levels: 3,
  done: 45,
  failed: 1,
  inFlight: 8,
  total: 100,
  elapsedSeconds: 5,
  durationSeconds: null,
  qps: 9,
  soFar: () => ({ p99LatencyMs: 1234.5, tokensPerSecond: 310.4 }),
}

test('a line has what is done and in flight, tokens, the tail of latency, and what is left', () => {
  expect(progressLine(AT)).toBe(
    '[2/3] measuring 45/100, 9.00 requests/s, 1 failed, 8 in flight, 310 tokens/s, p99 1.23 s, ETA 7 s',
  )
})

test('nothing is measured before the measured phase, nor of an API without tokens', () => {
  expect(progressLine({ ...AT, phase: 'warmup' })).not.toMatch(/tokens|p99/)
  const soFar = (): { p99LatencyMs: null; tokensPerSecond: number } => ({ p99LatencyMs: null, tokensPerSecond: 0 })
  expect(progressLine({ ...AT, soFar })).not.toMatch(/tokens|p99/)
})

test('it is said once in so long, however often it is asked for', async () => {
  const lines: string[] = []
  const progress = sayProgress((line) => lines.push(line), 60)
  progress(AT)
  expect(lines).toEqual([])
  await expect
    .poll(() => {
      progress(AT)
      progress(AT)
      return lines.length
    })
    .toBe(1)
  progress(undefined)
  expect(lines).toEqual([progressLine(AT)])
})
