import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXECUTOR_NAMES, EXECUTORS } from '../../src/config/executors.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { checkLevel, executorNamed, type Level } from '../../src/load/index.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { share } from '../../src/load/share.ts'

const base: Level = {
  executor: 'poisson',
  parallel: Number.POSITIVE_INFINITY,
  number: Number.POSITIVE_INFINITY,
  rate: 50,
  durationMs: 1e9,
  burstiness: 1,
  stages: [],
  timestamps: [],
  seed: 7,
}

function arrivals(level: Partial<Level>, count: number): number[] {
  const full = { ...base, ...level }
  const executor = executorNamed(full.executor)
  if (executor.kind !== 'open') throw new Error('not an open loop')
  const next = executor.arrivals(full)
  return Array.from({ length: count }, next)
}

function gaps(times: number[]): number[] {
  return times.map((time, i) => time - (times[i - 1] ?? 0))
}

/** Largest distance between the empirical distribution and the exponential one of this mean. */
function kolmogorovSmirnov(values: number[], mean: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.max(
    ...sorted.map((value, i) => {
      const expected = 1 - Math.exp(-value / mean)
      return Math.max(Math.abs(expected - i / sorted.length), Math.abs(expected - (i + 1) / sorted.length))
    }),
  )
}

describe('arrival patterns', () => {
  it('poisson gaps are exponential (Kolmogorov–Smirnov, 1 % level) and their mean is 1/rate', () => {
    const n = 5000
    const found = gaps(arrivals({}, n))
    expect(kolmogorovSmirnov(found, 20)).toBeLessThan(1.628 / Math.sqrt(n))
    // The mean of n exponential gaps has a standard error of mean/√n; four of them are allowed.
    expect(Math.abs(found.reduce((a, b) => a + b, 0) / n - 20)).toBeLessThan((4 * 20) / Math.sqrt(n))
  })

  it('the same test refuses even gaps, so that it can fail', () => {
    expect(
      kolmogorovSmirnov(
        Array.from({ length: 5000 }, () => 20),
        20,
      ),
    ).toBeGreaterThan(0.5)
  })

  it('the same seed gives the same arrivals, another seed others', () => {
    expect(arrivals({ seed: 3 }, 50)).toEqual(arrivals({ seed: 3 }, 50))
    expect(arrivals({ seed: 3 }, 50)).not.toEqual(arrivals({ seed: 4 }, 50))
  })

  it('a constant rate does not drift: arrival i is due at i / rate', () => {
    const times = arrivals({ executor: 'constant-arrival-rate', rate: 1000 / 3 }, 1_000_001)
    expect(times[0]).toBe(0)
    expect(times[1_000_000]).toBeCloseTo(3_000_000, 6)
  })

  it('gamma gaps have mean 1/rate and a squared coefficient of variation of 1/burstiness', () => {
    for (const burstiness of [0.25, 1, 4]) {
      const n = 40_000
      const found = gaps(arrivals({ executor: 'gamma', burstiness }, n))
      const mean = found.reduce((a, b) => a + b, 0) / n
      const variance = found.reduce((a, b) => a + (b - mean) ** 2, 0) / n
      expect(Math.abs(mean / 20 - 1)).toBeLessThan((4 / Math.sqrt(n)) * Math.sqrt(1 / burstiness))
      expect(Math.abs((variance / mean ** 2) * burstiness - 1)).toBeLessThan(0.1)
    }
  })

  it('a ramping rate sends as many requests as the area under its stages, at the times of the integral', () => {
    const stages = [
      { duration: 10, target: 20 },
      { duration: 5, target: 20 },
    ]
    const times = arrivals({ executor: 'ramping-rate', rate: -1, stages }, 201)
    // From 0 to 20/s in 10 s: 100 requests, and the i-th is due when t²  = i seconds².
    expect(times[0]).toBeCloseTo(1000, 6)
    expect(times[24]).toBeCloseTo(5000, 6)
    expect(times[99]).toBeCloseTo(10_000, 6)
    expect(times[199]).toBeCloseTo(15_000, 6)
    expect(times[200]).toBe(Number.POSITIVE_INFINITY)
  })

  it('a ramping concurrency follows its stages linearly', () => {
    const ramp = executorNamed('ramping-concurrency')
    if (ramp.kind !== 'closed') throw new Error('not a closed loop')
    const level: Level = {
      ...base,
      executor: 'ramping-concurrency',
      parallel: 2,
      stages: [
        { duration: 10, target: 12 },
        { duration: 5, target: 0 },
      ],
    }
    expect([0, 5000, 10_000, 12_500, 15_000].map((ms) => ramp.concurrencyAt(level, ms))).toEqual([2, 7, 12, 6, 0])
    expect(ramp.peak(level)).toBe(12)
    expect(ramp.endsMs(level)).toBe(15_000)
  })

  it('a trace is replayed as it is, and must be in order', () => {
    expect(arrivals({ executor: 'trace', timestamps: [0, 5, 5, 90] }, 5)).toEqual([
      0,
      5,
      5,
      90,
      Number.POSITIVE_INFINITY,
    ])
    const level: Level = { ...base, executor: 'trace', timestamps: [0, 5, 4] }
    expect(() => checkLevel(level)).toThrow('value 3 is earlier than the one before it')
  })
})

describe('splitting over threads', () => {
  it('is exact: shares differ by one at most and add up', () => {
    for (const total of [0, 1, 7, 64, 1000])
      for (const workers of [1, 2, 3, 7]) {
        const shares = Array.from({ length: workers }, (_, worker) => share(total, worker, workers))
        expect(shares.reduce((a, b) => a + b, 0)).toBe(total)
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
      }
  })
})

describe('levels of a scenario', () => {
  const levels = (config: Record<string, unknown>) =>
    levelsOf(resolveConfig(config)).map(({ level, label }) => ({ ...level, label }))

  it('lists of parallel and number go together, one level each', () => {
    expect(levels({ parallel: [1, 4], number: [10, 40] })).toMatchObject([
      { parallel: 1, number: 10, executor: 'shared-iterations', label: 'parallel_1' },
      { parallel: 4, number: 40, label: 'parallel_4' },
    ])
  })

  it('a rate means Poisson arrivals, capped by parallel; open-loop takes the cap away and sweeps the rate', () => {
    expect(levels({ parallel: 8, rate: 5 })).toMatchObject([
      { executor: 'poisson', parallel: 8, rate: 5, label: undefined },
    ])
    expect(levels({ rate: [5, 10], openLoop: true })).toMatchObject([
      { parallel: Number.POSITIVE_INFINITY, rate: 5, label: 'rate_5' },
      { parallel: Number.POSITIVE_INFINITY, rate: 10, label: 'rate_10' },
    ])
  })

  it('a duration alone has no limit of requests; nothing at all means 100', () => {
    expect(levels({ duration: 3 })[0]).toMatchObject({ number: Number.POSITIVE_INFINITY, durationMs: 3000 })
    expect(levels({})[0]).toMatchObject({ number: 100, parallel: 1 })
  })

  it('a warmup below 1 is a share of the number', () => {
    expect(levelsOf(resolveConfig({ number: 50, warmupNum: 0.1 }))[0]?.warmup?.number).toBe(5)
    expect(levelsOf(resolveConfig({ number: 50, warmupNum: 8 }))[0]?.warmup?.number).toBe(8)
  })
})

describe('what is known of executors', () => {
  it('stands in their tables alone: no other module names one', () => {
    // Also words for something else: a distribution, a field of datasets.
    const names = EXECUTOR_NAMES.filter((name) => !['gamma', 'conversations'].includes(name))
    const name = new RegExp(`'(${names.join('|')})'`)
    const own = ['src/config/executors.ts', 'src/load/executors.ts']
    const others = globSync('src/**/*.{ts,mts}').map((path) => path.replaceAll('\\', '/'))
    expect(others.filter((path) => !own.includes(path) && name.test(readFileSync(path, 'utf8')))).toEqual([])
  })

  it('is true of their loops', () => {
    const level = { ...base, parallel: 2, timestamps: [0, 10], stages: [{ duration: 1, target: 4 }] }
    for (const name of EXECUTOR_NAMES) {
      const executor = executorNamed(name)
      expect(executor.kind, name).toBe(EXECUTORS[name].kind)
      if (executor.kind !== 'open') continue
      // A schedule that ends itself has only so many arrivals in its whole time; another always has a next one.
      const next = executor.arrivals(level)
      const ends = Array.from({ length: 100 }, next).includes(Number.POSITIVE_INFINITY)
      expect(ends, name).toBe(EXECUTORS[name].endsItself)
    }
  })
})
