/** What a comparison, a search and a sweep cannot do is rejected by name, from one list, before anything is sent. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { flagName } from '../../src/cli/flags.ts'
import { main } from '../../src/cli/index.ts'
import { comparableOptions } from '../../src/config/files/layers.ts'
import { ConfigError, OPTION_NAMES, type OptionName, type PlanName, REJECTED } from '../../src/config/index.ts'
import { runComparison, runPerfBenchmark, runSweep } from '../../src/run/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'

const server = await startServer({ ttft: { meanMs: 1 }, itl: { meanMs: 0 }, outputTokens: 1 })
const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-plans-'))
afterAll(async () => {
  await server.close()
  rmSync(outputsDir, { recursive: true, force: true })
})

/** A value of each option that is right by itself. */
const VALUES: Record<string, unknown> = {
  url: server.url,
  thresholds: { qps: '>= 1' },
  duration: 5,
  stages: [{ duration: 1, target: 2 }],
  timestamps: [0, 1],
  executor: 'shared-iterations',
  multiTurn: true,
  maxNumber: 1000,
  maxDuration: 60,
  baseline: 'main',
  baselineDir: 'baselines',
  regressions: { 'p50(ttft)': '5 %' },
  unlikeBaseline: 'show',
  loadShard: '1/2',
  startAt: '+5',
  metricsUrl: '/metrics',
  metricsInterval: 2,
  visualizer: 'wandb',
  localCommand: 'serve',
  port: 8000,
  readyUrl: 'http://127.0.0.1:8000/health',
  readyTimeout: 5,
  slaAutoTune: true,
  slaParams: [{ rps: '>= 1' }],
  slaGate: { parallel: '>= 1' },
  slaVariable: 'rate',
  slaUpperBound: 8,
  slaLowerBound: 2,
  slaFixedParallel: 4,
  slaNumRuns: 2,
  slaNumberMultiplier: 3,
}

const scenario = { model: 'm', noTestConnection: true, outputsDir, number: 4, parallel: 2 }
const RUNS: Record<PlanName, (more: Record<string, unknown>) => Promise<unknown>> = {
  comparison: (more) =>
    runComparison({
      ...scenario,
      ...{ baseline: server.url, candidate: server.url, regressions: { 'p50(ttft)': '50 %' } },
      ...more,
    }),
  search: (more) =>
    runPerfBenchmark({ ...scenario, url: server.url, slaAutoTune: true, slaParams: [{ rps: '>= 1' }], ...more }),
  sweep: (more) => runSweep({ ...scenario, url: server.url, ...more }, { variable: 'parallel', from: 1, to: 2 }),
}

const CASES = Object.entries(REJECTED).flatMap(([plan, options]) =>
  Object.entries(options).map(([name, { why }]) => ({ plan: plan as PlanName, name, why })),
)

describe('a plan rejects an option that it cannot do', () => {
  it.each(CASES)('$plan: $name', async ({ plan, name, why }) => {
    expect(VALUES).toHaveProperty(name)
    // A budget is read with a confidence; a comparison has one of its own.
    const with_ = name.startsWith('max') && plan !== 'comparison' ? { confidence: 0.95 } : {}
    const error: unknown = await RUNS[plan]({ ...with_, [name]: VALUES[name] }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toBe(`option "${name}": ${why}`)
    expect((error as ConfigError).option).toBe(name)
    expect(server.requests).toEqual([])
    expect(readdirSync(outputsDir)).toEqual([])
  })

  it('knows options only', () => {
    expect(CASES.filter(({ name }) => !(OPTION_NAMES as readonly string[]).includes(name))).toEqual([])
  })
})

it.each([
  ['--load-shard', '1/2'],
  ['--metrics-url', '/metrics'],
  ['--visualizer', 'wandb'],
])('perfgate compare %s is wrong usage', async (flag, value) => {
  const world = fakeWorld({ columns: 200 })
  const sides = ['--baseline-url', server.url, '--candidate-url', server.url, '--regression', 'p50(ttft) 5 %']
  expect(await main(['compare', ...sides, '--model', 'm', flag, value], world)).toBe(2)
  expect(world.err()).toMatch(new RegExp(`option ${flag}: .*comparison`))
  expect(server.requests).toEqual([])
})

it.each([
  ['compare', REJECTED.comparison],
  ['sweep', REJECTED.sweep],
])('perfgate %s offers in its help what it can do, and nothing else', async (command, rejected) => {
  const world = fakeWorld({ columns: 120 })
  expect(await main([command, '--help'], world)).toBe(0)
  const offered = [...world.out().matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag)
  expect(offered).toContain('--parallel')
  const flags = Object.keys(rejected).map((name) => `--${flagName(name as OptionName)}`)
  expect(offered.filter((flag) => flags.includes(flag!))).toEqual([])
})

it('a config file may have options of single runs beside those of a comparison', () => {
  expect(comparableOptions({ metricsUrl: '/metrics', visualizer: 'wandb', confidence: 0.9, parallel: 4 })).toEqual({
    parallel: 4,
  })
  // It says what load is sent, and is not passed over in silence.
  expect(comparableOptions({ duration: 5 })).toEqual({ duration: 5 })
})
