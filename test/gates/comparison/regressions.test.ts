/** What a user may write as a regression, and what becomes of it. */
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/index.ts'
import {
  type BlockPair,
  gateRecord,
  judgeComparison,
  needsMore,
  parseComparison,
  type SideBlock,
} from '../../../src/gates/index.ts'

describe('tolerances', () => {
  test.each([
    ['p50(latency)', '5 %', { scale: 'relative', value: 0.05, text: '5 %' }],
    ['p50(latency)', '+5%', { scale: 'relative', value: 0.05, text: '5 %' }],
    ['p99(ttft)', '10 ms', { scale: 'absolute', value: 10, text: '10 ms' }],
    ['p99(ttft)', '0.01 s', { scale: 'absolute', value: 10, text: '0.01 s' }],
    ['qps', '-3 %', { scale: 'relative', value: 0.03, text: '3 %' }],
    ['qps', '0.5 /s', { scale: 'absolute', value: 0.5, text: '0.5 /s' }],
    ['successRate', '0.5 %', { scale: 'absolute', value: 0.005, text: '0.5 %' }],
    ['avg(tpot)', '0 %', { scale: 'relative', value: 0, text: '0 %' }],
  ])('%s: %j', (key, text, tolerance) => {
    expect(parseComparison({ [key]: text })[0]!.tolerance).toMatchObject(tolerance)
  })

  test.each([
    ['p50(latncy)', '5 %', 'regression "p50(latncy) 5 %": unknown metric "latncy", did you mean "latency"?'],
    ['p50(latency)', '5', 'the tolerance "5" has no unit; write "5 %" of the baseline, or "5 ms"'],
    ['successRate', '1', 'the tolerance "1" has no unit; write "1 %"'],
    ['p50(latency)', '', 'a tolerance is missing; write for instance "5 %"'],
    ['p50(latency)', 'much', '"much" is not a tolerance'],
    ['p50(latency)', '<= 5 %', 'without an operator'],
    ['p50(latency)', '-5 %', 'latency) gets worse by rising; write "5 %", or with the sign "+5 %"'],
    ['qps', '+3 %', 'qps gets worse by falling; write "3 %", or with the sign "-3 %"'],
    ['qps', '100 %', 'qps cannot fall by more than 100 %, so this could never fail'],
    ['p50(latency)', '5 furlongs', 'is a time; write us, ms, s or min'],
    ['max(latency)', '5 %', 'rests on single requests'],
    ['p100(latency)', '5 %', 'is a single request'],
    ['failedRequests', '5 %', 'cannot be compared; write one of qps'],
    ['errors(reset)', '5 %', 'rests on single requests'],
    ['p50(outputTokens)', '5 %', 'neither better nor worse'],
    ['p50(connect)', '5 %', 'not the server’s time alone'.replace('’', "'")],
  ])('%s: %j is refused', (key, text, message) => {
    expect(() => parseComparison({ [key]: text })).toThrow(ConfigError)
    expect(() => parseComparison({ [key]: text })).toThrow(message)
  })

  test('two spellings of one figure, and none at all', () => {
    expect(() => parseComparison({ qps: '3 %', rps: '5 %' })).toThrow('qps has two tolerances; give one')
    expect(() => parseComparison({})).toThrow('nothing to compare')
  })

  test('as words of the command line', () => {
    expect(gateRecord('regression', ['p50(latency) 5 %', 'p99(ttft) +10 ms', 'qps 3%'])).toEqual({
      'p50(latency)': '5 %',
      'p99(ttft)': '+10 ms',
      qps: '3%',
    })
    expect(() => gateRecord('regression', ['p50(latency)'])).toThrow('a tolerance is missing')
    expect(() => gateRecord('regression', ['qps 3 %', 'qps 4 %'])).toThrow('two tolerances')
  })
})

function block(latencies: number[], { failed = 0, seconds = 1 } = {}): SideBlock {
  const succeeded = latencies.length
  return {
    seconds,
    amounts: {
      total: succeeded + failed,
      succeeded,
      good: 0,
      outputTokens: 10 * succeeded,
      totalTokens: 20 * succeeded,
    },
    values: { latency: Float64Array.from(latencies) },
  }
}

/** Twelve pairs; the candidate's times are `factor` of the baseline's. */
function pairs(factor: number): BlockPair[] {
  return Array.from({ length: 12 }, (_, i) => {
    const times = Array.from({ length: 10 }, (_, j) => 100 + 7 * ((i + j) % 5))
    const slower = times.map((time) => time * factor * (1 + (i % 3) / 1000))
    return { baseline: block(times), candidate: block(slower, { seconds: factor }) }
  })
}

function verdicts(blocks: BlockPair[], regressions: Record<string, string>): Record<string, string> {
  const judged = judgeComparison(parseComparison(regressions), blocks, 0.95)
  return Object.fromEntries(judged.map(({ expression, verdict }) => [expression, verdict]))
}

describe('verdicts', () => {
  test('fail beyond the tolerance, pass within it', () => {
    expect(verdicts(pairs(1.1), { 'p50(latency)': '5 %', 'avg(latency)': '12 %', qps: '5 %' })).toEqual({
      'p50(latency) 5 %': 'fail',
      'avg(latency) 12 %': 'pass',
      'qps 5 %': 'fail',
      'successRate 1 %': 'pass',
    })
    expect(verdicts(pairs(0.9), { 'p50(latency)': '0 %', qps: '0 %' })).toMatchObject({
      'p50(latency) 0 %': 'pass',
      'qps 0 %': 'pass',
    })
  })

  test('an amount is compared with the difference in its own unit', () => {
    expect(verdicts(pairs(1.1), { 'p50(latency)': '5 ms', 'avg(latency)': '15 ms' })).toMatchObject({
      'p50(latency) 5 ms': 'fail',
      'avg(latency) 15 ms': 'pass',
    })
  })

  test('undecided where the interval reaches across the tolerance, with what it would take', () => {
    const [result] = judgeComparison(parseComparison({ 'p99(latency)': '5 %' }), pairs(1.1), 0.95)
    expect(result!.verdict).toBe('undecided')
    expect(result!.message).toContain('Too few requests lie beyond p99: it needs about 300 a side; this run had 120.')
    const few = judgeComparison(parseComparison({ 'p50(latency)': '5 %' }), pairs(1.1).slice(0, 4), 0.95)
    expect(few[0]!.message).toContain('It needs at least 6 blocks; this run had 4.')
  })

  test('the message is the whole story', () => {
    const [result] = judgeComparison(parseComparison({ 'p50(latency)': '5 %' }), pairs(1.1), 0.95)
    expect(result!.message).toBe(
      'p50(latency) +10.1 % [+10.1, +10.2] is beyond the tolerance of 5 % (114 ms → 126 ms, n = 120 a side in 12 blocks, 95 %)',
    )
  })

  test('a candidate whose requests fail is no faster one', () => {
    const failing = pairs(1).map(({ baseline }) => ({
      baseline,
      candidate: block([100, 100, 100, 100, 100], { failed: 5 }),
    }))
    expect(verdicts(failing, { 'p50(latency)': '50 %' })['successRate 1 %']).toBe('fail')
    const dead = pairs(1).map(({ baseline }) => ({ baseline, candidate: block([], { failed: 10 }) }))
    const [latency, qps] = judgeComparison(parseComparison({ 'p50(latency)': '5 %', qps: '5 %' }), dead, 0.95)
    expect(latency).toMatchObject({ verdict: 'fail', change: null, candidate: null })
    expect(latency!.message).toBe('p50(latency) 5 %: nothing was measured of the candidate, which is never a pass')
    expect(qps!.verdict).toBe('fail')
  })

  test('a change that one half of the comparison alone shows is undecided, but failures in one half fail', () => {
    const scattered = Array.from(
      { length: 24 },
      (_, i) => pairs(i < 12 ? 1.01 - (i % 2) / 40 : 1.2 + (i % 2) / 40)[i % 12]!,
    )
    const [p50] = judgeComparison(parseComparison({ 'p50(latency)': '2 %' }), scattered, 0.95)
    expect(p50!.verdict).toBe('undecided')
    const dying = pairs(1).map(({ baseline }, i) => ({
      baseline,
      candidate: i < 6 ? baseline : block([100], { failed: 9 }),
    }))
    expect(verdicts(dying, { 'p50(latency)': '50 %' })['successRate 1 %']).toBe('fail')
  })

  test('nobody waits for the guard, or after a failure', () => {
    const parsed = parseComparison({ 'p50(latency)': '5 %' })
    const judged = (factor: number, count = 12) => judgeComparison(parsed, pairs(factor).slice(0, count), 0.95)
    expect(needsMore(parsed, judged(1.1))).toBe(false)
    expect(needsMore(parsed, judged(1))).toBe(false)
    expect(needsMore(parsed, judged(1, 4))).toBe(true)
  })
})
