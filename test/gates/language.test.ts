/** The one gate language: whatever a gate is about, it is read, judged and told in the same way. */
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import {
  evaluate,
  gateRecord,
  judgeCapacity,
  parseCapacityGate,
  parseComparison,
  parseCriteria,
  parseGate,
  parseObjectives,
  parseRegressions,
  parseThresholds,
} from '../../src/gates/index.ts'

describe('one gate', () => {
  test.each([
    [
      'p99(ttft) <= 200 ms',
      { against: 'limit', statistic: { name: 'p99(ttft)' }, operator: '<=', limit: 200, unit: 'ms' },
    ],
    ['qps{parallel:8} >= 4', { against: 'limit', statistic: { name: 'qps' }, scope: { by: 'parallel', value: 8 } }],
    [
      'p99(ttft) +5 %',
      { against: 'reference', statistic: { name: 'p99(ttft)' }, worse: 'higher', tolerance: { value: 0.05 } },
    ],
    ['qps 0.5 /s', { against: 'reference', worse: 'lower', tolerance: { scale: 'absolute', value: 0.5 } }],
    ['max(parallel) >= 16', { against: 'limit', statistic: { kind: 'capacity', name: 'maxParallel' }, limit: 16 }],
    ['maxRate >= 10 /s', { against: 'limit', statistic: { kind: 'capacity', name: 'maxRate' }, unit: '/s' }],
  ])('%s', (text, gate) => {
    expect(parseGate(text)).toMatchObject(gate)
  })

  test('is what its text says, unless it was written where it means something else', () => {
    expect(parseGate('ttft <= 200 ms', 'objective')).toMatchObject({ statistic: { kind: 'request', name: 'ttft' } })
    expect(() => parseGate('ttft <= 200 ms')).toThrow('threshold "ttft <= 200 ms": ttft has one value for each request')
    expect(parseGate('p99_ttft <= 2', 'criterion')).toMatchObject({ limit: 2000 })
    expect(() => parseGate('qps > 1 && < 5')).toThrow('threshold "qps > 1 && < 5": one condition is expected')
  })
})

test.each<[kind: string, option: string, read: () => unknown, message: string]>([
  ['threshold', 'thresholds', () => parseThresholds({ qps: '>= 4 ms' }), 'qps >= 4 ms": qps is counted per second'],
  ['objective', 'objectives', () => parseObjectives({ ttft: '<= 4 /s' }), 'ttft <= 4 /s": ttft is a time'],
  ['regression', 'regressions', () => parseRegressions({ qps: '4 ms' }), 'qps 4 ms": qps is counted per second'],
  ['regression', 'regressions', () => parseComparison({ qps: '4 ms' }), 'qps 4 ms": qps is counted per second'],
  ['criterion', 'slaParams', () => parseCriteria({ rps: '>= 4 ms' }), 'rps >= 4 ms": qps is counted per second'],
  [
    'capacity gate',
    'slaGate',
    () => parseCapacityGate({ maxParallel: '>= 4 ms' }, 'parallel'),
    'maxParallel >= 4 ms": maxParallel is a count',
  ],
])('an error about a %s names it as it was written, and its option', (kind, option, read, message) => {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toContain(`${kind} "${message}`)
    expect((error as ConfigError).option).toBe(option)
    return
  }
  throw new Error('no error')
})

test.each([
  ['threshold', () => parseThresholds({ qps: ['> 5', '< 3'] })],
  ['objective', () => parseObjectives({ ttft: '> 5 s && < 3 s' })],
  ['criterion', () => parseCriteria({ p99_ttft: '< 0 s' })],
  ['capacity gate', () => parseCapacityGate({ maxParallel: '> 5 && < 3' }, 'parallel')],
])('no %s may ask for what no value can meet', (kind, read) => {
  expect(read).toThrow(new RegExp(`^${kind} ".*(contradict each other|no value can meet)`))
})

test('the command line keeps what was written, which is what a stored scenario is known by', () => {
  expect(gateRecord('objective', ['ttft<=200ms', 'tpot < 50 ms && > 1 ms'])).toEqual({
    ttft: '<=200ms',
    tpot: '< 50 ms && > 1 ms',
  })
  expect(gateRecord('capacity gate', ['maxParallel >= 32'])).toEqual({ maxParallel: '>= 32' })
})

test('a capacity of at least 64 is not 32, and may be 100', () => {
  const verdictOf = (condition: string): string =>
    judgeCapacity(parseCapacityGate({ maxParallel: condition }, 'parallel'), [
      { criterion: 'rps >= 4', level: 64, atUpperBound: true, unfinished: undefined },
    ])[0]!.verdict
  expect(['== 32', '== 100', '<= 32', '<= 100', '>= 64'].map(verdictOf)).toEqual([
    'fail',
    'undecided',
    'fail',
    'undecided',
    'pass',
  ])
})

describe('one evaluation', () => {
  const told = { shown: 'shown', facts: ['n = 100'] }
  /** @param gate whole, as written */
  const judged = (gate: string, value: number | null, interval?: [number | null, number | null], more = {}) =>
    evaluate(parseGate(gate), {
      read: () => ({
        value,
        interval: interval && { low: interval[0], high: interval[1] },
        n: 100,
        told,
        ...more,
      }),
    })

  test.each<[gate: string, value: number, interval: [number | null, number | null] | undefined, verdict: string]>([
    ['p99(ttft) <= 200 ms', 200, undefined, 'pass'],
    ['p99(ttft) <= 200 ms', 201, undefined, 'fail'],
    ['p99(ttft) <= 200 ms', 190, [180, 200], 'pass'],
    ['p99(ttft) <= 200 ms', 190, [180, 201], 'undecided'],
    ['p99(ttft) <= 200 ms', 190, [180, null], 'undecided'],
    ['p99(ttft) <= 200 ms', 210, [201, null], 'fail'],
    // How far the value has moved from its reference.
    ['p99(ttft) 5 %', 0.04, [0.03, 0.05], 'pass'],
    ['p99(ttft) 5 %', 0.04, [0.03, 0.06], 'undecided'],
    ['p99(ttft) 5 %', 0.08, [0.06, 0.1], 'fail'],
    ['p99(ttft) 5 %', -0.5, [null, -0.1], 'pass'],
    ['qps 5 %', -0.04, [-0.05, 0.2], 'pass'],
    ['qps 5 %', -0.08, [-0.1, -0.06], 'fail'],
    ['qps 5 %', 0.5, [0.4, null], 'pass'],
    ['max(parallel) >= 16', 16, [16, null], 'pass'],
    ['max(parallel) >= 16', 8, [8, null], 'undecided'],
    ['max(parallel) >= 16', 8, [8, 8], 'fail'],
  ])('%s at %d, %j: %s', (gate, value, interval, verdict) => {
    expect(judged(gate, value, interval).verdict).toBe(verdict)
  })

  test.each(['p99(ttft) <= 200 ms', 'p99(ttft) 5 %', 'max(parallel) >= 16'])('%s is told in the same words', (gate) => {
    const [limit, key] = [parseGate(gate), parseGate(gate).key]
    const shown = limit.against === 'limit' ? limit.limitText : 'the tolerance of 5 %'
    expect(judged(gate, null).message).toBe(
      `${limit.expression}: nothing was measured, which is never a pass (n = 100)`,
    )
    expect(judged(gate, null).verdict).toBe('fail')
    const open = judged(gate, 0, [null, null])
    expect(open.message).toBe(
      `${key} shown: undecided against ${shown}. The value alone would ${open.estimate}. (n = 100)`,
    )
    const lack = judged(gate, limit.against === 'limit' ? limit.limit : 0, undefined, {
      lack: { measured: 90, of: 100, metric: 'ttft' },
    })
    expect(lack.verdict).toBe('fail')
    expect(lack.message).toBe(
      `${limit.expression}: only 90 of 100 answers that could have ttft have it; what was not measured does not pass`,
    )
  })

  test('a failure in doubt is undecided, with the reason', () => {
    const doubted = judged('p99(ttft) 5 %', 0.08, [0.06, 0.1], { doubt: 'It is in one half only.' })
    expect(doubted).toMatchObject({ verdict: 'undecided', estimate: 'fail' })
    expect(doubted.message).toContain('undecided against the tolerance of 5 %. It is in one half only. The value alone')
  })
})
