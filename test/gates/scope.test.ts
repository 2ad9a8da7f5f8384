/** Thresholds on parts of a run, and thresholds that stop the load. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  gateRecord,
  parseExpression,
  parseThresholds,
  requireParts,
  type ThresholdKey,
  type Thresholds,
} from '../../src/gates/index.ts'

describe('parts of a run', () => {
  test.each([
    ['p99(latency){stage:2} < 1 s', 'p99(latency)', { by: 'stage', value: 2 }],
    ['p99(latency){parallel:8} < 1 s', 'p99(latency)', { by: 'parallel', value: 8 }],
    ['qps{ rate : 2.5 } >= 2', 'qps', { by: 'rate', value: 2.5 }],
    ['p99_latency{stage:1} < 1 s', 'p99(latency)', { by: 'stage', value: 1 }],
  ])('%s', (expression, name, scope) => {
    expect(parseExpression(expression)).toMatchObject([{ statistic: { name }, scope }])
  })

  test('the part stays in what reports show', () => {
    expect(parseThresholds({ 'qps{parallel:8}': '>=4' })[0]!.expression).toBe('qps{parallel:8} >= 4')
  })

  test('a part may have another limit than the whole, but not two that contradict each other', () => {
    expect(parseThresholds({ qps: '> 5', 'qps{stage:1}': '< 3', 'qps{stage:2}': '> 9' })).toHaveLength(3)
    expect(() => parseThresholds({ 'qps{stage:1}': '< 3', 'rps{stage:1}': '> 9' })).toThrow(
      'threshold "qps{stage:1}, rps{stage:1}": "> 9" and "< 3" contradict each other',
    )
  })

  test.each([
    ['qps{stge:1} > 1', 'threshold "qps{stge:1} > 1": unknown part of a run "stge", did you mean "stage"?'],
    ['qps{stage:0} > 1', '"0" is not a stage; they count from 1'],
    ['qps{stage:1.5} > 1', '"1.5" is not a stage'],
    ['qps{parallel:many} > 1', '"many" is not a number in parallel'],
    ['qps{rate:-1} > 1', '"-1" is not a rate'],
    ['qps{} > 1', '"{}" is not a part of a run; write for instance "p99(latency){stage:2}"'],
    ['qps{8} > 1', '"{8}" is not a part of a run'],
    ['qps{stage:1 > 1', '"{stage:1" is not a part of a run'],
    ['qps{stage:1}{stage:2} > 1', '"{stage:1}{stage:2}" is not a part of a run'],
    ['{stage:1} > 1', 'nothing to compare'],
  ])('refused: %s', (expression, message) => {
    expect(() => parseExpression(expression)).toThrow(message)
  })

  test.each([
    ['qps{stage:1} > 1', 'threshold "qps{stage:1} > 1": there are no stages; add the option "stages"', 0],
    ['qps{stage:3} > 1', 'there is no stage 3; the last one is 2', 2],
    ['qps{parallel:9} > 1', 'no level has parallel 9; there is 1, 4', 0],
    ['qps{rate:7} > 1', 'no level has rate 7; there is 5', 0],
  ])('a part the run does not have is named before it: %s', (expression, message, stages) => {
    expect(() => requireParts(parseExpression(expression), { stages, parallels: [1, 4], rates: [5, 5] })).toThrow(
      message,
    )
  })

  test('keys are typed', () => {
    expectTypeOf<'p99(latency){stage:2}'>().toExtend<ThresholdKey>()
    expectTypeOf<'qps{parallel:8}'>().toExtend<ThresholdKey>()
    expectTypeOf<'p99_latency{rate:2.5}'>().toExtend<ThresholdKey>()
    expectTypeOf<'p99(latency){stge:2}'>().not.toExtend<ThresholdKey>()
    expectTypeOf<'p99(latncy){stage:2}'>().not.toExtend<ThresholdKey>()
    expectTypeOf<'qps{stage:two}'>().not.toExtend<ThresholdKey>()
  })
})

describe('thresholds that stop the load', () => {
  test.each([
    ['errorRate < 5 % abort', 0],
    ['errorRate < 5 %   abort after 10 s', 10_000],
    ['errorRate < 5 % abort after 0', 0],
    ['errorRate < 5 % abort after 1.5 min', 90_000],
  ])('%s', (expression, abortAfterMs) => {
    expect(parseExpression(expression)).toMatchObject([{ expression: 'errorRate < 5 %', abortAfterMs }])
  })

  test('in a scenario as in k6, alone or among others', () => {
    const thresholds: Thresholds = {
      errorRate: { threshold: '< 5 %', abortOnFail: true, delayAbortEval: '10 s' },
      qps: ['>= 1', { threshold: '>= 0.5', abortOnFail: true }],
      'p99(latency)': { threshold: '< 1 s' },
    }
    expect(parseThresholds(thresholds).map(({ expression, abortAfterMs }) => [expression, abortAfterMs])).toEqual([
      ['errorRate < 5 %', 10_000],
      ['qps >= 1', undefined],
      ['qps >= 0.5', 0],
      ['p99(latency) < 1 s', undefined],
    ])
  })

  test('every condition of an expression stops the load, and the CLI hands that on', () => {
    const record = gateRecord('threshold', ['qps >= 4 && < 100 abort after 2 s', 'qps < 90', 'errorRate < 5 % abort'])
    expect(record).toEqual({
      qps: [
        { threshold: '>= 4', abortOnFail: true, delayAbortEval: '2000 ms' },
        { threshold: '< 100', abortOnFail: true, delayAbortEval: '2000 ms' },
        '< 90',
      ],
      errorRate: [{ threshold: '< 5 %', abortOnFail: true }],
    })
    expect(parseThresholds(record).map(({ abortAfterMs }) => abortAfterMs)).toEqual([2000, 2000, undefined, 0])
  })

  test.each<[unknown, string]>([
    [{ threshold: '< 5 %', abortOnFial: true }, 'unknown field "abortOnFial", did you mean "abortOnFail"?'],
    [{ threshold: 5 }, '"threshold": expected a condition like "<= 1.5 s", got 5'],
    [{ threshold: '< 5 %', abortOnFail: 'yes' }, '"abortOnFail": expected true or false, got "yes"'],
    [{ threshold: '< 5 %', delayAbortEval: '1 s' }, '"delayAbortEval" delays nothing without abortOnFail: true'],
    [
      { threshold: '< 5 %', abortOnFail: true, delayAbortEval: 10 },
      '"delayAbortEval": expected a time such as "10 s", got 10',
    ],
    [
      { threshold: '< 5 %', abortOnFail: true, delayAbortEval: '10' },
      'delayAbortEval is a time; add a unit (us, ms, s or min), for instance "10 ms"',
    ],
    [{ threshold: '< 5 % abort', abortOnFail: true }, '"threshold" holds "abort"; write abortOnFail'],
    ['< 5 % abort after', 'a number is missing'],
    ['< 5 % abort after soon', '"soon" is not a number'],
    ['< 5 % abort after 1 h', 'abort after is a time; write us, ms, s or min'],
  ])('refused: %j', (condition, message) => {
    const refused = () => parseThresholds({ errorRate: condition } as unknown as Record<string, string>)
    expect(refused).toThrow('threshold "errorRate')
    expect(refused).toThrow(message)
  })
})
