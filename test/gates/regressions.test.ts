import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import { gateRecord, parseRegressions, requireStored } from '../../src/gates/index.ts'

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
      goodShare: '2 %',
      errorRate: '+1 pp',
      'avg(outputSpeed)': '2 tok/s',
      'stddev(outputSpeed)': '10 %',
      timeTaken: '1 s',
    })
    expect(
      parsed.map(({ statistic, worse, tolerance }) => [statistic.name, worse, [tolerance.scale, tolerance.value]]),
    ).toEqual([
      ['p50(latency)', 'higher', ['relative', 0.05]],
      ['p99(ttft)', 'higher', ['absolute', 20]],
      ['qps', 'lower', ['relative', 0.03]],
      ['qps', 'lower', ['absolute', 0.5]],
      ['successRate', 'lower', ['absolute', 0.005]],
      ['goodShare', 'lower', ['absolute', 0.02]],
      ['errorRate', 'higher', ['absolute', 0.01]],
      ['avg(outputSpeed)', 'lower', ['absolute', 2]],
      ['stddev(outputSpeed)', 'higher', ['relative', 0.1]],
      ['timeTaken', 'higher', ['absolute', 1]],
    ])
  })

  test('are read from words of the command line', () => {
    expect(gateRecord('regression', ['p99(latency) 5 %', 'qps 3%', 'p99_ttft  20 ms'])).toEqual({
      'p99(latency)': '5 %',
      qps: '3%',
      p99_ttft: '20 ms',
    })
  })

  test.each([
    [
      { 'p99(latency)': '5' },
      'regression "p99(latency) 5": the tolerance "5" has no unit; write "5 %" of the baseline, or "5 ms"',
    ],
    [{ 'p99(latency)': '-5 %' }, /p99\(latency\) gets worse by rising; write "5 %"/],
    [{ 'p99(latency)': '<= 5 %' }, /without an operator; write for instance "5 %"/],
    [{ 'p99(latency)': 'much' }, /"much" is not a tolerance/],
    [{ 'p99(latency)': '5 tok/s' }, /latency|is a time; write us, ms, s or min/],
    [{ 'p99(latncy)': '5 %' }, 'regression "p99(latncy) 5 %": unknown metric "latncy", did you mean "latency"?'],
    [{ qps: '3 ms' }, /is counted per second/],
    [{ successRate: '1 ms' }, /successRate is a share; write percentage points, "1 pp"/],
    [{ 'avg(outputTokens)': '5 %' }, /avg\(outputTokens\) is neither better nor worse when it changes/],
    [{ totalRequests: '5 %' }, /is neither better nor worse/],
    [{ qps: 3 }, /expected a tolerance like "5 %"/],
  ])('%j is refused', (record, message) => {
    expect(errorOf(() => parseRegressions(record as Record<string, string>))).toMatch(message)
  })

  test('on the command line without a tolerance, or twice, is refused', () => {
    expect(errorOf(() => gateRecord('regression', ['qps']))).toMatch(/regression "qps": a tolerance is missing/)
    expect(errorOf(() => gateRecord('regression', ['qps 3 %', 'qps 4 %']))).toMatch(/qps has two tolerances; give one/)
  })

  test('on a figure that results do not keep are refused before the run', () => {
    requireStored(parseRegressions({ 'p99.9(itl)': '5 %', qps: '1 %' }))
    expect(errorOf(() => requireStored(parseRegressions({ 'p97(latency)': '5 %' })))).toMatch(
      /^regression "p97\(latency\) 5 %": a stored result keeps avg, p50/,
    )
  })
})
