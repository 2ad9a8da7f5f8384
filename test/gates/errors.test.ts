/** Verdicts as errors. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ConfigError, EndpointError } from '../../src/config/index.ts'
import {
  evaluateThresholds,
  InvalidRunError,
  parseThresholds,
  ThresholdError,
  UndecidedError,
} from '../../src/gates/index.ts'
import { StoreError } from '../../src/records/index.ts'
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

test.each([
  new ConfigError('option "parallel": expected a number', 'parallel'),
  new EndpointError('the endpoint answered 404', 404),
  new StoreError('no space'),
  new ThresholdError(evaluateThresholds(parseThresholds({ qps: '>= 4' }), view)),
  new InvalidRunError(['a load thread was late']),
])('$name has nothing to print but its message', (error) => {
  // Node prints what is enumerable, Vitest what `toJSON` gives.
  expect(Object.keys(error)).toEqual([])
  expect(inspect(error)).not.toContain('{')
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: error.name, message: error.message, stack: error.stack })
  expect(error.name).toBe(error.constructor.name)
  expect(error).toBeInstanceOf(Error)
})

test('code still reads the details of an error', () => {
  const { option, path } = new ConfigError('option "stages"', 'stages', ['stages', 0])
  expect([option, path]).toEqual(['stages', ['stages', 0]])
  expect(new EndpointError('the endpoint answered 404', 404).status).toBe(404)
  expect(new InvalidRunError(['late']).reasons).toEqual(['late'])
})
