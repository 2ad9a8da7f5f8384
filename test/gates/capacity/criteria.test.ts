import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/index.ts'
import {
  gateRecord,
  judgeCapacity,
  meets,
  optimumValue,
  parseCapacityGate,
  parseCriteria,
  valuesOf,
} from '../../../src/gates/index.ts'
import { measured } from '../measured.ts'

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('no error')
}

const SENT = { totalRequests: 4, succeededRequests: 4 }

describe('criteria', () => {
  test('take plain numbers of times as seconds, as EvalScope does, and our units too', () => {
    const [criterion] = parseCriteria([
      {
        avg_latency: '<=2',
        p99_latency: '< 2.5',
        avg_ttft: '<=0.5',
        p99_ttft: '<= 200 ms',
        avg_tpot: '<0.05',
        p99_tpot: '<=5e-2',
        rps: '>=4',
        tps: '> 100',
      },
    ])
    expect(
      criterion!.kind === 'limit' &&
        criterion!.conditions.map(({ statistic, operator, limit }) => [statistic.name, operator, limit]),
    ).toEqual([
      ['avg(latency)', '<=', 2000],
      ['p99(latency)', '<', 2500],
      ['avg(ttft)', '<=', 500],
      ['p99(ttft)', '<=', 200],
      ['avg(tpot)', '<', 50],
      ['p99(tpot)', '<=', 50],
      ['qps', '>=', 4],
      ['outputTokensPerSecond', '>', 100],
    ])
  })

  test('keys of one object hold together, objects are judged one by one', () => {
    const criteria = parseCriteria([{ p99_latency: '<=1', rps: '>=4' }, { p99_latency: '<=1' }])
    const slow = { level: 8, runs: [measured({ values: { latency: [900] }, scalars: { ...SENT, qps: 3 } })] }
    expect(criteria.map((criterion) => meets(criterion, slow))).toEqual([false, true])
  })

  test('one object may stand without its array', () => {
    expect(parseCriteria({ rps: '>=4' })).toEqual(parseCriteria([{ rps: '>=4' }]))
  })

  test('figures are averaged over the runs of a level', () => {
    const [criterion] = parseCriteria([{ avg_latency: '<=1' }])
    const run = (latency: number) => measured({ values: { latency: [latency] }, scalars: SENT })
    const figures = { level: 2, runs: [run(800), run(1100), run(1100)] }
    expect(valuesOf(criterion!, figures)).toEqual([{ key: 'avg_latency', value: 1000 }])
    expect(meets(criterion!, figures)).toBe(true)
    expect(meets(criterion!, { level: 2, runs: [...figures.runs, run(1001)] })).toBe(false)
  })

  test('one failed request breaks a level, however fast it was; so does a figure without samples', () => {
    const [criterion, best] = parseCriteria([{ p99_latency: '<=1' }, { p99_latency: 'min' }])
    const good = measured({ values: { latency: [1] }, scalars: SENT })
    const failed = measured({ values: { latency: [1] }, scalars: { totalRequests: 4, succeededRequests: 3 } })
    const unmeasured = measured({ scalars: SENT })
    expect(meets(criterion!, { level: 1, runs: [good, good] })).toBe(true)
    expect(meets(criterion!, { level: 1, runs: [good, failed] })).toBe(false)
    expect(meets(criterion!, { level: 1, runs: [good, unmeasured] })).toBe(false)
    expect(
      meets(criterion!, { level: 1, runs: [measured({ scalars: { totalRequests: 0, succeededRequests: 0 } })] }),
    ).toBe(false)
    if (best!.kind !== 'optimum') throw new Error('not an optimum')
    expect(optimumValue(best!, { level: 1, runs: [good, good] })).toBe(1)
    expect(optimumValue(best!, { level: 1, runs: [good, failed] })).toBeNull()
  })

  test.each([
    [undefined, /option "slaParams": missing; say what must hold/],
    [[{}], /a criterion without a condition/],
    [[{ p99_latncy: '<=2' }], /^criterion "p99_latncy <=2": .*did you mean "p99\(latency\)"/],
    [[{ p99_latency: '2' }], /no operator/],
    [[{ p99_latency: '<=2 %' }], /is a time; write us, ms, s or min/],
    [[{ p99_latency: '>=2' }], /p99_latency gets worse upwards; write <= or </],
    [[{ rps: '<=2' }], /rps gets worse downwards; write >= or >/],
    [[{ rps: '==2' }], /a search needs <, <=, > or >=/],
    [[{ tps: 'max', rps: '>=1' }], /^criterion "tps max": it must be alone in its object/],
    [[{ tps: 'min' }], /the best value is the largest: "max"/],
    [[{ avg_ttft: 'max' }], /the best value is the smallest: "min"/],
    [[{ p99_latency: '<=1', 'p99(latency)': '>2 s' }], /contradict|gets worse upwards/],
  ])('%j is refused', (params, message) => {
    expect(errorOf(() => parseCriteria(params as Record<string, string>[]))).toMatch(message)
  })
})

describe('the gate', () => {
  const found = (level: number | null, more: object = {}) => ({
    criterion: 'rps >= 4',
    level,
    atUpperBound: false,
    unfinished: undefined,
    ...more,
  })
  const gate = parseCapacityGate({ maxParallel: '>= 32' }, 'parallel')
  const verdictOf = (level: number | null, more?: object) => judgeCapacity(gate, [found(level, more)])[0]!.verdict

  test('passes and fails by what was found', () => {
    expect([verdictOf(32), verdictOf(31), verdictOf(null)]).toEqual(['pass', 'fail', 'fail'])
  })

  test('an unfinished search passes what it has shown, and leaves the rest undecided', () => {
    const unfinished = { unfinished: 'the search was interrupted' }
    expect([verdictOf(32, unfinished), verdictOf(16, unfinished)]).toEqual(['pass', 'undecided'])
    expect([verdictOf(32, { atUpperBound: true }), verdictOf(31, { atUpperBound: true })]).toEqual([
      'pass',
      'undecided',
    ])
  })

  test('tells the whole story in one line', () => {
    expect(judgeCapacity(gate, [found(31)])[0]!.message).toBe('maxParallel 31 is below 32 (with rps >= 4)')
    expect(judgeCapacity(gate, [found(null)])[0]!.message).toBe('maxParallel none is below 32 (with rps >= 4)')
    expect(judgeCapacity(gate, [found(64, { atUpperBound: true })])[0]!.message).toBe(
      'maxParallel 64 or more is at least 32 (with rps >= 4, slaUpperBound was reached)',
    )
  })

  test('is read from words of the command line', () => {
    expect(gateRecord('capacity gate', ['maxParallel >= 32', 'maxParallel < 64'])).toEqual({
      maxParallel: '>= 32 && < 64',
    })
    expect(errorOf(() => gateRecord('capacity gate', ['maxParallel 32']))).toMatch(
      /write for instance "maxParallel >= 32"/,
    )
  })

  test('refuses keys it does not know and those of the other variable', () => {
    expect(errorOf(() => parseCapacityGate({ maxParalel: '>= 3' }, 'parallel'))).toMatch(/did you mean "maxParallel"/)
    expect(errorOf(() => parseCapacityGate({ maxRate: '>= 3' }, 'parallel'))).toMatch(/the search is over parallel/)
    expect(errorOf(() => parseCapacityGate({ maxParallel: '32' }, 'parallel'))).toMatch(/no operator/)
  })
})
