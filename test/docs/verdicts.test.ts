/** The examples of docs/verdicts.md: each scenario is run, each command line read, each message made. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Config, resolveConfig } from '../../src/config/index.ts'
import { evaluateThresholds, gatesOf, parseExpression, parseThresholds } from '../../src/gates/index.ts'
import type { MetricsView } from '../../src/metrics/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { samplesNeeded } from '../../src/stats/index.ts'
import { configOf } from '../cli/fakeWorld.ts'
import { measured, spreadOut } from '../gates/measured.ts'

const page = readFileSync(new URL('../../docs/verdicts.md', import.meta.url), 'utf8')
const sections = page.split(/^(?=## )/m).filter((section) => /^## (Thresholds|Confidence)\n/.test(section))
const text = sections.join('\n')

const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code!)

test('both sections are there', () => {
  expect(sections).toHaveLength(2)
  expect(blocks('ts').length).toBeGreaterThanOrEqual(5)
  expect(blocks('sh').length).toBeGreaterThanOrEqual(4)
})

describe('scenarios', () => {
  const scenarios = blocks('ts').map((code): [string, Config] => {
    const found: [string, Config][] = []
    const perfTest = (name: string, scenario: Config): number => found.push([name, scenario])
    new Function('perfTest', 'process', code)(perfTest, { env: {} })
    expect(found).toHaveLength(1)
    return found[0]!
  })

  /** Ramps are run ten times as fast, and with a fifth of the requests. */
  const fewer = (number: unknown): number => Math.ceil(Number(number) / 5)

  test.each(scenarios)('%s', async (_, { url: __, ...scenario }) => {
    const stages = scenario.stages?.map(({ duration, target }) => ({ duration: duration / 10, target }))
    const wanted = parseThresholds(scenario.thresholds ?? {}).map(({ expression }) => expression)
    const { result } = await runPerfBenchmark({
      ...scenario,
      ...(stages && { stages }),
      ...(scenario.number !== undefined && { number: fewer(scenario.number) }),
      ...(scenario.maxNumber !== undefined && { maxNumber: fewer(scenario.maxNumber) }),
      store: 'none',
      onInvalid: 'warn',
      maxTokens: 5,
    })
    const own = result.thresholds.filter(({ isDefault }) => !isDefault)
    expect(own.map(({ expression }) => expression)).toEqual(wanted)
    for (const { expression, n } of result.thresholds) expect(n, expression).toBeGreaterThan(0)
    if (scenario.confidence !== undefined)
      for (const { confidence } of own) expect(confidence).toBe(scenario.confidence)
  })
})

describe('command lines', () => {
  test.each(blocks('sh').map((line) => line.trim()))('%s', async (line) => {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
    expect(words.slice(0, 2)).toEqual(['npx', 'perfgate'])
    const config = await configOf(...words.slice(2))
    const given = words.filter((word) => /[<>=]=?/.test(word)).flatMap(parseExpression)
    const { thresholds } = gatesOf(resolveConfig(config as Config))
    expect(thresholds.map(({ expression }) => expression).sort()).toEqual(
      given.map(({ expression }) => expression).sort(),
    )
    expect(thresholds.length).toBeGreaterThan(0)
  })
})

describe('the table of figures', () => {
  const examples = [...text.matchAll(/^\| [^|]*\| `([^`|]+[<>=][^`|]*)` *\|/gm)].map(([, example]) => example!)
  test('has an example in each row', () => expect(examples.length).toBeGreaterThanOrEqual(16))
  test.each(examples)('%s', (example) => expect(parseExpression(example)).toHaveLength(1))
})

describe('messages', () => {
  /** As in test/gates: p99 of 1,200 samples is the 1,189th, its 95 % interval from the 1,181st to the 1,195th. */
  const known = (rank: number): number =>
    rank <= 1181 ? 1440 - (1181 - rank) : rank <= 1189 ? 1440 + (rank - 1181) * 10 : 1520 + (rank - 1189) * 15
  const many = measured({ values: { latency: spreadOut(1200, 743).map(known) } })
  /** Of 100 samples the largest is p99, and the interval begins at the 97th (scipy: binom.cdf(96, 100, 0.99) = 0.018). */
  const few = measured({
    values: {
      latency: spreadOut(100, 37).map((rank) => (rank === 100 ? 1520 : rank === 97 ? 1440 : 1300 + rank * 1.45)),
    },
  })
  const judge = (expression: string, view: MetricsView): string =>
    evaluateThresholds(parseExpression(expression), view, { confidence: 0.95 })[0]!.message
  const refusal = (attempt: () => unknown): string => {
    try {
      attempt()
    } catch (error) {
      return (error as Error).message
    }
    throw new Error('not refused')
  }
  const made = [
    judge('p99(latency) <= 1.4 s', many),
    judge('p99(latency) <= 1.7 s', many),
    judge('p99(latency) <= 1.5 s', many),
    judge('p99(latency) <= 1.6 s', few),
    refusal(() => parseExpression('p99(latncy) < 1s')),
    refusal(() => parseExpression('p99(latency) < 1')),
    refusal(() => parseThresholds({ qps: ['> 5', '< 3'] })),
    refusal(() => gatesOf(resolveConfig({ parallel: [1, 4], thresholds: { 'qps{parallel:9}': '> 1' } }))),
  ]

  test.each(blocks('text').flatMap((block) => block.trim().split('\n')))('%s', (line) => {
    expect(made).toContain(line)
  })
})

test('the numbers of samples that percentiles need', () => {
  expect([0.9, 0.95, 0.99, 0.999].map((p) => samplesNeeded(p, 0.95))).toEqual([36, 72, 368, 3688])
  // ln 0.025 over ln 0.9, ln 0.95, ln 0.99 and ln 0.999: 35.01, 71.92, 367.04 and 3687.03.
  for (const words of ['36 for p90', '72 for p95', '368 for p99', '3,688 for p99.9'])
    expect(text.replace(/\n/g, ' ')).toContain(words)
})
