/** Every metric of METRICS through everything that takes metrics: what one list forgets, one of these tests says. */
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import {
  type BlockPair,
  evaluateThresholds,
  judgeAgainst,
  judgeComparison as judgeCompared,
  parseComparison as parseCompared,
  parseExpression,
  parseObjectives,
  parseRegressions,
  requireStored,
  type SideBlock,
} from '../../src/gates/index.ts'
import {
  DISTRIBUTION_NAMES,
  type DistributionName,
  factsOf,
  findMetric,
  isScalar,
  METRICS,
  type MetricName,
  SCALAR_NAMES,
  type ScalarName,
  snakeCase,
} from '../../src/metrics/index.ts'
import { EXPORT_FORMATS } from '../../src/report/export/index.ts'
import { metricsOf } from '../../src/report/export/otlp/signals.ts'
import type { Distribution, Result } from '../../src/result/index.ts'
import { FIGURE_PREFIX, figuresOf } from '../../src/testing/figures.ts'
import { measured } from '../gates/measured.ts'
import { PUBLISHED } from '../report/publishedResult.ts'

const NAMES = [...DISTRIBUTION_NAMES, ...SCALAR_NAMES]

/** Which way each gets better, said here once more and apart from METRICS. */
const BETTER: Record<MetricName, 'lower' | 'higher' | 'neither'> = {
  latency: 'lower',
  responseTime: 'lower',
  dispatchDelay: 'lower',
  firstChunkLatency: 'lower',
  ttft: 'lower',
  tpot: 'lower',
  itl: 'lower',
  packageLatency: 'lower',
  connect: 'lower',
  firstTurnTtft: 'lower',
  laterTurnTtft: 'lower',
  conversationDuration: 'lower',
  inputTokens: 'neither',
  outputTokens: 'neither',
  cachedTokens: 'neither',
  reasoningTokens: 'neither',
  packages: 'neither',
  conversationTurns: 'neither',
  items: 'neither',
  outputSpeed: 'higher',
  decodeSpeed: 'higher',
  totalSpeed: 'higher',
  tokensPerIteration: 'higher',
  qps: 'higher',
  goodput: 'higher',
  goodShare: 'higher',
  outputTokensPerSecond: 'higher',
  totalTokensPerSecond: 'higher',
  inputTokensPerSecond: 'higher',
  itemsPerSecond: 'higher',
  steadyQps: 'higher',
  steadyOutputTokensPerSecond: 'higher',
  successRate: 'higher',
  errorRate: 'lower',
  cacheHitShare: 'higher',
  totalRequests: 'neither',
  succeededRequests: 'neither',
  failedRequests: 'lower',
  timeTaken: 'lower',
  completedConversations: 'neither',
  abandonedConversations: 'lower',
  cost: 'lower',
  costPerSession: 'lower',
  totalCost: 'lower',
  totalEnergy: 'lower',
  energyPerRequest: 'lower',
  energyPerToken: 'lower',
  tokensPerJoule: 'higher',
}

/** By what a metric that is better, and one that is worse, differs. */
const FACTORS = { better: { lower: 0.8, higher: 1.2 }, worse: { lower: 1.2, higher: 0.8 } } as const

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('no error')
}

/** A key that has one value: the metric itself, or its mean. */
const keyOf = (name: MetricName): string => (isScalar(name) ? name : `avg(${name})`)

/** 100 of its own unit with the unit written out; half of all for a share. */
function around(name: MetricName, times: number): string {
  const { quantity } = factsOf(name)
  return quantity === 'share'
    ? `${50 * times} %`
    : `${100 * times} ${{ time: 'ms', duration: 's' }[String(quantity)] ?? ''}`
}

describe('a threshold', () => {
  test.each(NAMES)('on %s passes above and below as it says', (name) => {
    const value = factsOf(name).quantity === 'share' ? 0.5 : 100
    const view = isScalar(name)
      ? measured({
          values: { cachedTokens: [1, 2] },
          scalars: { totalRequests: 2, succeededRequests: 2, [name]: value },
        })
      : measured({ values: { [name]: [value, value] }, scalars: { totalRequests: 2 } })
    const verdict = (condition: string): string =>
      evaluateThresholds(parseExpression(`${keyOf(name)} ${condition}`), view)[0]!.verdict
    expect(verdict(`<= ${around(name, 1.5)}`)).toBe('pass')
    expect(verdict(`>= ${around(name, 0.5)}`)).toBe('pass')
    expect(verdict(`<= ${around(name, 0.5)}`)).toBe('fail')
    expect(verdict(`>= ${around(name, 1.5)}`)).toBe('fail')
    // Nothing measured is never a pass.
    const [empty] = evaluateThresholds(parseExpression(`${keyOf(name)} <= ${around(name, 1)}`), measured({}))
    expect(empty!.verdict).toBe('fail')
  })

  test.each(NAMES)('takes %s by each of its names, and no name means two metrics', (name) => {
    for (const word of [name, snakeCase(name), ...factsOf(name).aliases]) {
      expect(findMetric(word)).toBe(name)
      const owners = NAMES.filter((one) => [one, snakeCase(one), ...factsOf(one).aliases].includes(word))
      expect(owners, word).toEqual([name])
      const keys = isScalar(name) ? [word] : [`avg(${word})`, `avg_${word}`]
      for (const key of keys)
        expect(parseExpression(`${key} >= ${around(name, 1)}`)[0]!.statistic).toMatchObject({ name: keyOf(name) })
    }
  })
})

describe('an objective', () => {
  /** What one answer does not have, said here once more. */
  const NOT_OF_ANSWERS: readonly MetricName[] = [
    'connect',
    'dispatchDelay',
    'conversationDuration',
    'costPerSession',
    'conversationTurns',
    ...SCALAR_NAMES,
  ]

  test.each(NAMES)('on %s is read, or rejected by name', (name) => {
    const record = { [name]: `<= ${around(name, 1)}` }
    if (NOT_OF_ANSWERS.includes(name)) {
      expect(errorOf(() => parseObjectives(record))).toMatch(new RegExp(`^objective "${name} .*": .{20}`))
      return
    }
    const [objective] = parseObjectives(record)
    expect(objective).toMatchObject({ metric: name })
    expect([99, 100, 101].map((value) => objective!.holds(value))).toEqual([true, true, false])
  })
})

type Amounts = SideBlock['amounts']

/** How a block changes when the figure of the run does. */
const CHANGED: Partial<Record<ScalarName, (amounts: Amounts, factor: number) => Amounts>> = {
  qps: (amounts, factor) => ({ ...amounts, succeeded: amounts.succeeded * factor }),
  goodput: (amounts, factor) => ({ ...amounts, good: amounts.good * factor }),
  goodShare: (amounts, factor) => ({ ...amounts, good: amounts.good * factor }),
  outputTokensPerSecond: (amounts, factor) => ({ ...amounts, outputTokens: amounts.outputTokens * factor }),
  totalTokensPerSecond: (amounts, factor) => ({ ...amounts, totalTokens: amounts.totalTokens * factor }),
  successRate: (amounts, factor) => ({ ...amounts, succeeded: amounts.succeeded * factor }),
  errorRate: (amounts, factor) => ({
    ...amounts,
    succeeded: amounts.total - (amounts.total - amounts.succeeded) * factor,
  }),
}

/** Twelve pairs of blocks; what the metric says of the candidate is `factor` times that of the baseline. */
function pairsOf(name: MetricName, factor: number): BlockPair[] {
  return Array.from({ length: 12 }, (_, block) => {
    const values = Float64Array.from({ length: 40 }, (_, i) => 100 + ((block * 7 + i * 11) % 40) / 10 + block / 1000)
    const amounts = { total: 1000, succeeded: 800, good: 500, outputTokens: 9000, totalTokens: 20_000 }
    const change = isScalar(name) ? CHANGED[name] : undefined
    const scatter = factor * (1 + (block % 3) / 1000)
    return {
      baseline: { seconds: 10, amounts, values: { [name]: values } },
      candidate: {
        seconds: 10,
        amounts: change === undefined ? amounts : change(amounts, scatter),
        values: { [name]: values.map((value) => value * scatter) },
      },
    }
  })
}

describe('a comparison', () => {
  /** Not the server's alone, or not counted in blocks. */
  const NOT_COMPARED: readonly MetricName[] = [
    'connect',
    'dispatchDelay',
    ...SCALAR_NAMES.filter((name) => CHANGED[name] === undefined),
  ]

  test.each(NAMES)('knows which way %s gets worse, or rejects it by name', (name) => {
    const keys = isScalar(name) ? [name] : [`avg(${name})`, `p50(${name})`, `p90(${name})`]
    const tolerance = factsOf(name).quantity === 'share' ? '1 pp' : '5 %'
    const better = BETTER[name]
    for (const key of keys) {
      if (better === 'neither' || NOT_COMPARED.includes(name)) {
        expect(errorOf(() => parseCompared({ [key]: tolerance }))).toContain(name)
        continue
      }
      const verdict = (factor: number): string =>
        judgeCompared(parseCompared({ [key]: tolerance }), pairsOf(name, factor), 0.95)[0]!.verdict
      expect(verdict(FACTORS.better[better]), `${key} is better`).toBe('pass')
      expect(verdict(FACTORS.worse[better]), `${key} is worse`).toBe('fail')
    }
  })
})

/** A result in which the figure has this value, where results keep it. */
const KEPT: Partial<Record<ScalarName, (value: number) => Partial<Result>>> = {
  qps: (qps) => ({ summary: { ...PUBLISHED.summary, qps } }),
  outputTokensPerSecond: (value) => ({ summary: { ...PUBLISHED.summary, outputTokensPerSecond: value } }),
  inputTokensPerSecond: (tokensPerSecond) => ({
    summary: { ...PUBLISHED.summary, input: { tokensPerSecond, itemsPerSecond: 1, itemsPerRequest: 1 } },
  }),
  itemsPerSecond: (itemsPerSecond) => ({
    summary: { ...PUBLISHED.summary, input: { tokensPerSecond: 1, itemsPerSecond, itemsPerRequest: 1 } },
  }),
  totalTokensPerSecond: (value) => ({ rates: { ...PUBLISHED.rates, totalTokensPerSecond: value } }),
  successRate: (successRate) => ({ rates: { ...PUBLISHED.rates, successRate } }),
  errorRate: (errorRate) => ({ rates: { ...PUBLISHED.rates, successRate: 1 - errorRate } }),
  goodput: (goodput) => ({ rates: { ...PUBLISHED.rates, goodput } }),
  goodShare: (goodShare) => ({ rates: { ...PUBLISHED.rates, goodShare } }),
  cacheHitShare: (cacheHitShare) => ({ rates: { ...PUBLISHED.rates, cacheHitShare } }),
  steadyQps: (steadyQps) => ({ rates: { ...PUBLISHED.rates, steadyQps } }),
  steadyOutputTokensPerSecond: (value) => ({ rates: { ...PUBLISHED.rates, steadyOutputTokensPerSecond: value } }),
}

function distributionOf(value: number): Distribution {
  return {
    n: 50,
    mean: value,
    stddev: 1,
    min: value,
    max: value,
    p50: value,
    p90: value,
    p95: value,
    p99: value,
    p999: value,
    exact: true,
  }
}

function resultWith(name: MetricName, factor: number): Result {
  const value = (factsOf(name).quantity === 'share' ? 0.5 : 100) * factor
  const kept = isScalar(name) ? KEPT[name]!(value) : { distributions: { [name]: distributionOf(value) } }
  return { ...PUBLISHED, ...kept, intervals: { [keyOf(name)]: [value * 0.999, value * 1.001] } }
}

describe('a baseline', () => {
  const NOT_STORED: readonly MetricName[] = [
    'connect',
    'dispatchDelay',
    ...SCALAR_NAMES.filter((name) => KEPT[name] === undefined),
  ]

  test.each(NAMES)('knows which way %s gets worse, or rejects it by name', (name) => {
    const better = BETTER[name]
    const regressions = { [keyOf(name)]: factsOf(name).quantity === 'share' ? '1 pp' : '5 %' }
    if (better === 'neither' || NOT_STORED.includes(name)) {
      expect(errorOf(() => requireStored(parseRegressions(regressions)))).toContain(name)
      return
    }
    const parsed = parseRegressions(regressions)
    requireStored(parsed)
    const verdict = (factor: number): string =>
      judgeAgainst(parsed, { name: 'main', baseline: resultWith(name, 1), current: resultWith(name, factor) })[0]!
        .verdict
    expect(verdict(FACTORS.better[better]), 'better').toBe('pass')
    expect(verdict(FACTORS.worse[better]), 'worse').toBe('fail')
  })
})

/** A result that has everything. */
const FULL: Result = {
  ...PUBLISHED,
  summary: { ...PUBLISHED.summary, input: { tokensPerSecond: 11, itemsPerSecond: 12, itemsPerRequest: 2 } },
  rates: {
    totalTokensPerSecond: 413,
    successRate: 0.9,
    goodput: 1.5,
    goodShare: 0.8,
    cacheHitShare: 0.7,
    steadyQps: 2.5,
    steadyOutputTokensPerSecond: 335,
  },
  server: {
    url: 'http://gpu:9400/metrics',
    engine: null,
    intervalSeconds: 1,
    scrapes: 3,
    failures: [],
    gauges: {},
    counters: {},
    times: {},
    series: { atSeconds: [] },
    comparison: [],
    energy: { joules: 900, seconds: 3 },
  },
  cost: { currency: 'USD', total: 0.5, perRequest: 0.01, perSession: null },
  conversations: {
    total: 3,
    completed: 2,
    abandoned: 1,
    unfinished: 0,
    turnsSucceeded: 5,
    turnsFailed: 1,
    turnsBeforeAbandoned: 1,
    cacheHitShare: null,
    perTurn: [],
  },
  distributions: Object.fromEntries(DISTRIBUTION_NAMES.map((name) => [name, distributionOf(100)])),
}

async function exported(format: string): Promise<string> {
  const { write } = EXPORT_FORMATS.find(({ name }) => name === format)!
  const files = await write([{ result: FULL, requests: () => [] }], { base: [], comparisons: [], capacities: [] })
  return files.map(({ content }) => (typeof content === 'string' ? content : [...content].join(''))).join('\n')
}

describe('an export', () => {
  /** Written as one line of `name{labels} value`. */
  const inText = (family: string): RegExp => new RegExp(`^perfgate_${family}(?:_total|_count)?\\{`, 'm')
  const inJson = (key: string): RegExp => new RegExp(`"${key}": ?[\\d.]`)

  const familyOf = (name: MetricName): string => {
    if (!isScalar(name)) return `${snakeCase(name)}${factsOf(name).quantity === 'time' ? '_seconds' : ''}`
    return factsOf(name).gauge ?? 'requests'
  }

  test.each(['openmetrics', 'gitlab'])('as %s has every metric, times in seconds', async (format) => {
    const text = await exported(format)
    for (const name of NAMES) expect(text, name).toMatch(inText(familyOf(name)))
    for (const name of DISTRIBUTION_NAMES.filter((one) => factsOf(one).quantity === 'time'))
      expect(text, name).toContain(`# UNIT perfgate_${snakeCase(name)}_seconds seconds`)
    expect(text).toMatch(/^perfgate_first_turn_ttft_seconds\{.*quantile="0.99"\} 0.1$/m)
  })

  test.each(['wandb', 'swanlab', 'clearml'])('for %s has every metric', async (format) => {
    const text = await exported(format)
    for (const name of DISTRIBUTION_NAMES) expect(text, name).toMatch(inJson(`${name}_p99`))
    for (const name of SCALAR_NAMES) if (factsOf(name).gauge) expect(text, name).toMatch(inJson(familyOf(name)))
  })

  test('as ctrf and to OpenTelemetry has every figure of a run', async () => {
    const text = await exported('ctrf')
    const { scopeMetrics } = metricsOf({ result: FULL, requests: () => [] })
    const sent = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name))
    for (const name of SCALAR_NAMES) {
      if (factsOf(name).gauge !== null) expect(text, name).toMatch(inJson(familyOf(name)))
      expect(sent).toContain(`perfgate.${familyOf(name)}`)
    }
  })

  test('as JUnit properties has the headline metrics', () => {
    const names = figuresOf(FULL).map(({ name }) => name)
    const headline = NAMES.filter((name): name is DistributionName => factsOf(name).headline && !isScalar(name))
    expect(headline).toEqual(['latency', 'ttft', 'tpot', 'itl'])
    for (const name of headline) expect(names).toContain(`${FIGURE_PREFIX}p99_${name}_seconds`)
  })
})

test('each metric is described in one plain sentence', () => {
  for (const { about } of Object.values(METRICS)) {
    expect(about).toMatch(/^[A-Z][^.]*\.$/)
    expect(about.split(' ').length).toBeLessThanOrEqual(25)
  }
})
