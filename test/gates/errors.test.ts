/** Verdicts as errors. */
import { expect, test } from 'vitest'
import {
  evaluateThresholds,
  InvalidRunError,
  parseThresholds,
  ThresholdError,
  UndecidedError,
} from '../../src/gates/index.ts'
import { measured, spreadOut } from './measured.ts'

const view = measured({
  values: { latency: spreadOut(120, 73) },
  scalars: { totalRequests: 120, succeededRequests: 120, qps: 3 },
})

test('a threshold error tells of each broken threshold, one a line, and nothing else', () => {
  const results = evaluateThresholds(
    parseThresholds({ 'p99(latency)': '< 100 ms', qps: '>= 4', 'avg(latency)': '< 1 s' }),
    view,
  )
  const error = new ThresholdError(results)
  expect(error.message).toBe(
    'p99(latency) 119 ms is above the limit of 100 ms (n = 120)\nqps 3 /s is below the limit of 4 /s (n = 120)',
  )
  expect(error.stack).toBe(`ThresholdError: ${error.message}`)
  expect(error.results).toBe(results)
  // What a test runner takes along: its own text, and not the results a second time.
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ThresholdError',
    message: error.message,
    stack: error.stack,
  })
})

test('an invalid run names cause and remedy', () => {
  const reason = 'a load thread used 93 % of its core (limit 85 %); raise workers, or lower the load'
  const error = new InvalidRunError([reason])
  expect(error.message.split('\n')).toEqual([
    'invalid run: the client was the bottleneck, so its metrics say little about the server',
    reason,
  ])
  expect(error.stack).toBe(`InvalidRunError: ${error.message}`)
})

test('an undecided run says which threshold, and what would decide it', () => {
  const results = evaluateThresholds(parseThresholds({ 'p99(latency)': '< 1 s', 'avg(latency)': '< 1 s' }), view, {
    confidence: 0.95,
  })
  expect(new UndecidedError(results).message.split('\n')).toEqual([
    expect.stringMatching(/^p99\(latency\) 0\.119 s \[0\.116, ∞\): undecided/),
    expect.stringContaining('give maxNumber or maxDuration'),
  ])
})
