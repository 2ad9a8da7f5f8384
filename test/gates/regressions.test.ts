import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import { parseRegressions, regressionRecord, requireStored } from '../../src/gates/index.ts'

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('no error')
}

describe('regressions', () => {
  test('are relative with %, amounts with a unit, and know which way is worse', () => {
    const parsed = parseRegressions({
      'p50(latency)': '5 %',
      p99_ttft: '20ms',
      qps: '3%',
      rps: '0.5 /s',
      successRate: '0.5 pp',
      errorRate: '+1 pp',
      'avg(outputSpeed)': '2 tok/s',
      'stddev(outputSpeed)': '10 %',
      timeTaken: '1 s',
    })
    expect(parsed.map(({ figure, worse, tolerance }) => [figure.name, worse, tolerance])).toEqual([
      ['p50(latency)', 'higher', { kind: 'relative', share: 0.05 }],
      ['p99(ttft)', 'higher', { kind: 'absolute', amount: 20 }],
      ['qps', 'lower', { kind: 'relative', share: 0.03 }],
      ['qps', 'lower', { kind: 'absolute', amount: 0.5 }],
      ['successRate', 'lower', { kind: 'absolute', amount: 0.005 }],
      ['errorRate', 'higher', { kind: 'absolute', amount: 0.01 }],
      ['avg(outputSpeed)', 'lower', { kind: 'absolute', amount: 2 }],
      ['stddev(outputSpeed)', 'higher', { kind: 'relative', share: 0.1 }],
      ['timeTaken', 'higher', { kind: 'absolute', amount: 1 }],
    ])
  })

  test('are read from words of the command line', () => {
    expect(regressionRecord(['p99(latency) 5 %', 'qps 3%', 'p99_ttft  20 ms'])).toEqual({
      'p99(latency)': '5 %',
      qps: '3%',
      p99_ttft: '20 ms',
    })
  })

  test.each([
    [
      { 'p99(latency)': '5' },
      'regression "p99(latency) 5": a unit is missing; write "5 %" of the baseline, or an amount such as "20 ms"',
    ],
    [{ 'p99(latency)': '-5 %' }, /a tolerance is not negative/],
    [{ 'p99(latency)': '<= 5 %' }, /without an operator: "5 %"/],
    [{ 'p99(latency)': 'much' }, /"much" is no tolerance/],
    [{ 'p99(latency)': '5 tok/s' }, /latency|is a time; write us, ms, s or min/],
    [{ 'p99(latncy)': '5 %' }, 'regression "p99(latncy) 5 %": unknown metric "latncy", did you mean "latency"?'],
    [{ qps: '3 ms' }, /is counted per second/],
    [{ successRate: '1 ms' }, /write "%" \(of the baseline's share\) or "pp"/],
    [{ errorRate: '5 %' }, /write percentage points, for instance "0.5 pp"/],
    [{ 'avg(outputTokens)': '5 %' }, /avg\(outputTokens\) is neither better nor worse when it changes/],
    [{ totalRequests: '5 %' }, /is neither better nor worse/],
    [{ qps: 3 }, /expected a tolerance like "5 %"/],
  ])('%j is refused', (record, message) => {
    expect(errorOf(() => parseRegressions(record as Record<string, string>))).toMatch(message)
  })

  test('on the command line without a tolerance, or twice, is refused', () => {
    expect(errorOf(() => regressionRecord(['qps']))).toMatch(/regression "qps": write a figure and how much worse/)
    expect(errorOf(() => regressionRecord(['qps 3 %', 'qps 4 %']))).toMatch(/qps is given twice/)
  })

  test('on a figure that results do not keep are refused before the run', () => {
    requireStored(parseRegressions({ 'p99.9(itl)': '5 %', qps: '1 %' }))
    expect(errorOf(() => requireStored(parseRegressions({ 'p97(latency)': '5 %' })))).toMatch(
      /^regression "p97\(latency\) 5 %": a stored result keeps avg, p50/,
    )
  })
})
