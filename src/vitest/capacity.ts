/** `perfTest.capacity`: a test that searches for the most load an endpoint carries within a service level. */
import { inject, type RunnerTestCase, recordArtifact, type TestContext, TestRunner } from 'vitest'
import { type Config, ConfigError, camelCase, EndpointError, resolveConfig } from '../config/index.ts'
import { type Condition, InvalidRunError, ThresholdError, type ThresholdKey, UndecidedError } from '../gates/index.ts'
import { capacityCard, renderCapacity, terminalStyle } from '../report/index.ts'
import type { CapacityResult, ThresholdResult } from '../result/index.ts'
import { readSearch, runPerfBenchmark } from '../run/index.ts'
import { StoreError } from '../store/index.ts'
import { annotate } from './annotate.ts'
import { capacityArtifact } from './artifact.ts'
import type { PerfgateSettings } from './config.ts'
import { exclusively } from './exclusive.ts'
import { FIGURE_PREFIX } from './figures.ts'
import { trackLoad } from './inFlight.ts'
import { withoutStack } from './judge.ts'
import { type CheckedScenario, checkScenario, type Scenario } from './scenario.ts'
import { seenFrom } from './seenFrom.ts'

/** What must hold together, for instance `{ 'p99(latency)': '<= 1.5 s' }`; or one figure and `max` or `min`. */
export type SlaCriterion = { readonly [Key in ThresholdKey]?: Condition | 'max' | 'min' }

export interface CapacityScenario extends Scenario {
  /** Searched one by one. Absent: the scenario's thresholds are the one criterion. */
  sla?: SlaCriterion | readonly SlaCriterion[]
  /** What the search must find, for every criterion. */
  gate?: { readonly maxParallel?: Condition; readonly maxRate?: Condition }
}

/** Vitest's test context, and what the search found. */
export interface CapacityContext extends TestContext {
  readonly capacity: CapacityResult
}

/** Runs after the search and its gate. */
export type CapacityBody = (context: CapacityContext) => void | Promise<void>

export interface CapacityTest {
  /**
   * Searches as `npx perfgate --sla-auto-tune` does, and fails when the gate is broken, or without a gate when not
   * even the lower bound meets a criterion.
   *
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (name: string, scenario: CapacityScenario, body?: CapacityBody): void
  readonly skip: CapacityTest
  readonly only: CapacityTest
  readonly todo: CapacityTest
  skipIf(condition: unknown): CapacityTest
  runIf(condition: unknown): CapacityTest
}

interface Chain {
  skip?: boolean
  only?: boolean
  todo?: boolean
}

export const capacityTest = TestRunner.createTaskCollector(collect) as unknown as CapacityTest

function collect(this: Chain, name: unknown, scenario?: unknown, body?: CapacityBody): void {
  const title = typeof name === 'function' ? name.name : String(name)
  seenFrom(collect, () => collectCase(this, title, scenario, body))
}

function collectCase(chain: Chain, title: string, scenario: unknown, body: CapacityBody | undefined): void {
  if (TestRunner.getCurrentTest() !== undefined)
    throw new Error(`perf test "${title}": perfTest.capacity cannot be called inside a test`)
  const options = { ...chain, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (chain.todo || chain.skip) {
    suite.task(title, { ...options, ...(chain.todo ? {} : { handler: () => {} }) })
    return
  }
  const checked = check(title, scenario)
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${title}": the third argument must be a function`)
  suite.task(title, {
    ...options,
    handler: (context) => {
      const load = runCapacityTest(context, checked, body)
      trackLoad(context.task as RunnerTestCase, load)
      return load
    },
  })
}

/** @throws ConfigError naming the test */
function check(test: string, scenario: unknown): CheckedScenario {
  const { sla, gate, ...rest } = (scenario ?? {}) as CapacityScenario
  const given = new Set(Object.keys(rest).map(camelCase))
  for (const [short, option] of [
    ['sla', 'slaParams'],
    ['gate', 'slaGate'],
  ] as const)
    if ((scenario as CapacityScenario | undefined)?.[short] !== undefined && given.has(option))
      throw new ConfigError(`perf test "${test}": "${short}" and "${option}" are the same; give one of the two`, option)
  const searchesRate = gate?.maxRate !== undefined && !given.has('slaVariable')
  const config = {
    ...rest,
    slaAutoTune: true,
    ...(sla === undefined ? {} : { slaParams: sla }),
    ...(gate === undefined ? {} : { slaGate: gate }),
    ...(searchesRate ? { slaVariable: 'rate' } : {}),
  }
  const checked = checkScenario(test, config)
  try {
    readSearch(resolveConfig(checked.config))
  } catch (error) {
    if (error instanceof Error) error.message = `perf test "${test}": ${error.message}`
    throw error
  }
  return checked
}

async function runCapacityTest(
  context: TestContext,
  scenario: CheckedScenario,
  body: CapacityBody | undefined,
): Promise<void> {
  const capacity = await exclusively(
    context.signal,
    () => search(context, scenario),
    () => say('waiting: another perf test runs on this machine'),
  )
  await recordArtifact(context.task as RunnerTestCase, capacityArtifact(capacity))
  await annotate(
    context,
    undefined,
    capacityCard(capacity),
    figures(capacity).map(([name, value]) => ({ name: FIGURE_PREFIX + name, value })),
  )
  if (settings() === undefined) console.log(renderCapacity(capacity, terminalStyle(process.stdout)))
  context.signal.throwIfAborted()
  judge(capacity, scenario, context)
  await body?.(Object.assign(context, { capacity }))
}

async function search(context: TestContext, { config, timeoutMs }: CheckedScenario): Promise<CapacityResult> {
  const deadline = AbortSignal.any([
    context.signal,
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ])
  try {
    const outcome = await runPerfBenchmark(withOutputs(config), {
      signal: deadline,
      label: config.name ?? context.task.fullTestName,
      onNotice: say,
    })
    return outcome.capacity!
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof EndpointError || error instanceof StoreError
    throw expected ? withoutStack(error) : error
  }
}

/**
 * @throws InvalidRunError when the client was the bottleneck and `onInvalid` is `fail`
 * @throws ThresholdError when the gate is broken, or nothing was found
 * @throws UndecidedError when the search was not finished
 */
function judge(capacity: CapacityResult, { onInvalid }: CheckedScenario, context: TestContext): void {
  const { verdict, unfinished, criteria, gate } = capacity
  if (verdict === 'pass') return
  if (verdict === 'invalid') {
    if (onInvalid === 'skip') context.skip(`invalid run: ${unfinished}`)
    throw new InvalidRunError([unfinished ?? 'the client was the bottleneck'])
  }
  const judged = gate.length > 0 ? gate : criteria.map((criterion) => nothingFound(criterion, unfinished !== null))
  throw verdict === 'fail' ? new ThresholdError(judged) : new UndecidedError(judged)
}

function nothingFound(
  { expression, maxSatisfied, note }: CapacityResult['criteria'][number],
  isUnfinished: boolean,
): ThresholdResult {
  const verdict = isUnfinished ? 'undecided' : maxSatisfied === null ? 'fail' : 'pass'
  return { expression, actual: maxSatisfied, limit: 1, unit: '', n: 1, verdict, message: `${expression}: ${note}` }
}

function figures({ variable, criteria, verdict }: CapacityResult): [name: string, value: string][] {
  const most = variable === 'parallel' ? 'max_parallel' : 'max_rate'
  return [
    ['verdict', verdict],
    ...criteria.map(({ expression, maxSatisfied }): [string, string] => [
      `${most} ${expression}`,
      maxSatisfied === null ? 'none' : String(maxSatisfied),
    ]),
  ]
}

/** A scenario's own folder wins over the plugin's. */
function withOutputs(config: Config): Config {
  const outputsDir = settings()?.outputsDir
  const own = Object.keys(config).some((name) => camelCase(name) === 'outputsDir')
  return own || outputsDir == null ? config : { ...config, outputsDir }
}

/** Undefined where the plugin is not in use. */
function settings(): PerfgateSettings | undefined {
  return inject('perfgate') as PerfgateSettings | undefined
}

function say(text: string): void {
  console.info(`perfgate: ${text}`)
}
