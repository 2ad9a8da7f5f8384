/** `toMeetThresholds` judges as a scenario does. */
import { expect, test } from 'vitest'
import type { Thresholds } from '../../src/gates/index.ts'
import { RunMetrics } from '../../src/metrics/index.ts'
import { toMeetThresholds } from '../../src/testing/load.ts'
import { measured } from '../gates/measured.ts'

expect.extend({ toMeetThresholds: toMeetThresholds as never })
const metrics = measured({ values: { latency: [100, 200, 300] } })

test.each<Thresholds>([{}, { 'p99(latency)': undefined } as never])('%j is an error', (thresholds) => {
  expect(() => toMeetThresholds(metrics, thresholds)).toThrow(/conditions? like/)
})

test('where there is no sample neither it nor .not passes', () => {
  const empty = new RunMetrics(0)
  const thresholds: Thresholds = { 'p99(latency)': '<= 1 s' }
  const matcher = (view: unknown) =>
    expect(view) as unknown as Record<'not', Record<'toMeetThresholds', (t: Thresholds) => void>>
  expect(() =>
    (expect(empty) as never as { toMeetThresholds(t: Thresholds): void }).toMeetThresholds(thresholds),
  ).toThrow('nothing was measured')
  expect(() => matcher(empty).not.toMeetThresholds(thresholds)).toThrow('nothing was measured')
  expect(() => matcher(metrics).not.toMeetThresholds({ 'p99(latency)': '<= 1 ms' })).not.toThrow()
})
