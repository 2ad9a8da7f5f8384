/** Threshold keys are types: what tsc refuses here is refused at run time too. */
import { expect, expectTypeOf, test } from 'vitest'
import {
  type Objectives,
  parseObjectives,
  parseThresholds,
  type ThresholdKey,
  type Thresholds,
} from '../../src/gates/index.ts'

test('every kind of key is a type and is read', () => {
  const thresholds: Thresholds = {
    'p99(latency)': '<= 1.5 s',
    'p99.9(ttft)': ['< 2 s', '> 1 us'],
    'p0(itl)': '>= 0',
    'med(tpot)': '< 50 ms',
    'avg(outputTokens)': '>= 10 tokens',
    'mean(firstChunkLatency)': '< 1 s',
    'stddev(latency)': '< 1 s',
    'count(connect)': '<= 8',
    'min(decodeSpeed)': '> 5 tok/s',
    'max(packages)': '<= 2048',
    'errors(http-429)': '== 0',
    qps: '>= 4 /s && < 100',
    tokensPerSecond: '> 100',
    timeTaken: '< 2 min',
    avg_latency: '<= 2 s',
    p99_latency: '<= 2 s',
    avg_ttft: '<= 2 s',
    p99_ttft: '<= 2 s',
    avg_tpot: '<= 2 s',
    p99_tpot: '<= 2 s',
    max_first_chunk_latency: '<= 2 s',
    rps: '>= 1',
    tps: '>= 1',
  }
  expect(parseThresholds(thresholds)).toHaveLength(Object.keys(thresholds).length + 2)
})

test('a mistyped key is a compile error and a ConfigError', () => {
  expectTypeOf<'p99(latncy)'>().not.toExtend<ThresholdKey>()
  expectTypeOf<'p99_first_chunk_latency'>().toExtend<ThresholdKey>()
  expectTypeOf<'p99_firstChunkLatency'>().not.toExtend<ThresholdKey>()
  expectTypeOf<'pp(latency)'>().not.toExtend<ThresholdKey>()
  // @ts-expect-error: no such metric
  expect(() => parseThresholds({ 'p99(latncy)': '< 1 s' } satisfies Thresholds)).toThrow('latncy')
  // @ts-expect-error: no such aggregate
  expect(() => parseThresholds({ 'average(latency)': '< 1 s' } satisfies Thresholds)).toThrow('average')
  // @ts-expect-error: no such scalar
  expect(() => parseThresholds({ qpss: '> 1' } satisfies Thresholds)).toThrow('qpss')
  // @ts-expect-error: no such cause
  expect(() => parseThresholds({ 'errors(rest)': '== 0' } satisfies Thresholds)).toThrow('rest')
  // @ts-expect-error: no such metric in snake case
  expect(() => parseThresholds({ p99_latncy: '< 1 s' } satisfies Thresholds)).toThrow('latncy')
  // @ts-expect-error: a condition is a string
  expect(() => parseThresholds({ qps: 4 } satisfies Thresholds)).toThrow('got 4')
})

test('thresholds in a constant keep their keys when spread into a scenario', () => {
  const chat = { thresholds: { 'p99(latency)': '<= 1.5 s', qps: ['>= 4', '< 9'] } }
  expectTypeOf(chat.thresholds).toExtend<Thresholds>()
  const typo = { 'p99(latncy)': '<= 1.5 s' }
  expectTypeOf(typo).toExtend<Record<string, string>>()
  const objectives: Objectives = { ttft: '<= 200 ms', tpot: '<= 50 ms' }
  expect(parseObjectives(objectives)).toHaveLength(2)
  // @ts-expect-error: connection time is no property of one request
  expect(() => parseObjectives({ connect: '< 5 ms' } satisfies Objectives)).toThrow('connect')
})
