/** `perfTest.compare`: a test that fails when a candidate is worse than a baseline measured in the same run. */
import { inject, type RunnerTestCase, recordArtifact, type TestContext, TestRunner } from 'vitest'
import { ConfigError, EndpointError } from '../config/index.ts'
import { RegressionError, type Regressions, UndecidedComparisonError } from '../gates/comparison/index.ts'
import { InvalidRunError } from '../gates/index.ts'
import { comparedFailures, comparisonCard, renderComparison, terminalStyle } from '../report/index.ts'
import type { ComparisonResult } from '../result/index.ts'
import { type ComparisonConfig, resolveComparison, runComparison } from '../run/index.ts'
import { StoreError } from '../store/index.ts'
import { annotate } from './annotate.ts'
import { comparisonArtifact } from './comparisonArtifact.ts'
import type { PerfgateSettings } from './config.ts'
import { overDefaults } from './defaults.ts'
import { exclusively } from './exclusive.ts'
import { FIGURE_PREFIX, type Figure } from './figures.ts'
import { trackLoad } from './inFlight.ts'
import { withoutStack } from './judge.ts'

/** Two sides, the load both are given, and what must not get worse. */
export interface CompareScenario extends Omit<ComparisonConfig, 'regressions'> {
  /** For instance `{ 'p50(latency)': '5 %', 'p99(ttft)': '10 %', qps: '3 %' }`. */
  regressions: Regressions
  /** The comparison is stopped, and the test fails, after this many milliseconds. */
  timeoutMs?: number
}

/** What the function of a comparison is given: Vitest's test context, and what was found. */
export interface CompareContext extends TestContext {
  readonly comparison: ComparisonResult
}

export interface PerfCompare {
  /**
   * Measures baseline and candidate in interleaved blocks of the same prompts, and fails when a figure of the candidate
   * is worse than tolerated with the stated confidence.
   *
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (name: string, scenario: CompareScenario, body?: (context: CompareContext) => void | Promise<void>): void
  readonly skip: PerfCompare
  readonly only: PerfCompare
  readonly todo: PerfCompare
  readonly fails: PerfCompare
  readonly concurrent: PerfCompare
  skipIf(condition: unknown): PerfCompare
  runIf(condition: unknown): PerfCompare
}

type Body = (context: CompareContext) => void | Promise<void>

export const perfCompare = TestRunner.createTaskCollector(function collect(
  this: { skip?: boolean; todo?: boolean },
  name: unknown,
  scenario?: unknown,
  body?: Body,
): void {
  const title = typeof name === 'function' ? name.name : String(name)
  const options = { ...this, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (this.todo || this.skip) {
    // Left unchecked: what is skipped because a server is not there may lack its options too.
    suite.task(title, { ...options, ...(this.todo ? {} : { handler: () => {} }) })
    return
  }
  const checked = checkComparison(title, scenario, collect)
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${title}": the third argument must be a function`)
  suite.task(title, {
    ...options,
    handler: (context) => {
      const load = compare(context, checked, body)
      trackLoad(context.task as RunnerTestCase, load)
      return load
    },
  })
}) as unknown as PerfCompare

interface Checked {
  config: ComparisonConfig
  timeoutMs: number | undefined
  onInvalid: 'fail' | 'skip' | 'warn'
}

/** A mistake is shown where the test file calls `entry`. */
function checkComparison(name: string, scenario: unknown, entry: (...args: never[]) => unknown): Checked {
  try {
    if (typeof scenario !== 'object' || scenario === null || Array.isArray(scenario))
      throw new ConfigError('expected a scenario like { baseline, candidate, regressions }')
    const { timeoutMs, ...own } = scenario as CompareScenario
    if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0))
      throw new ConfigError('option "timeoutMs": expected a positive number of milliseconds', 'timeoutMs')
    const config = overDefaults({ ...own }, true).config as unknown as ComparisonConfig
    const { sides } = resolveComparison(config)
    return { config, timeoutMs, onInvalid: sides.baseline.config.onInvalid }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    error.message = `perf test "${name}": ${error.message}`
    if (error instanceof ConfigError) Error.captureStackTrace(error, entry)
    throw error
  }
}

async function compare(context: TestContext, checked: Checked, body: Body | undefined): Promise<void> {
  const { result, timedOut } = await exclusively(
    context.signal,
    () => measure(context, checked),
    () => say('waiting: another perf test runs on this machine'),
  )
  await record(context, result)
  context.signal.throwIfAborted()
  if (timedOut)
    throw withoutStack(
      new Error(
        `the comparison did not finish within timeoutMs (${checked.timeoutMs} ms): ${result.blocks.pairs} pairs of blocks were complete; raise timeoutMs, or send fewer requests`,
      ),
    )
  judge(result, checked.onInvalid, context)
  await body?.(Object.assign(context, { comparison: result }))
}

async function measure(
  context: TestContext,
  { config, timeoutMs }: Checked,
): Promise<{ result: ComparisonResult; timedOut: boolean }> {
  const deadline = new AbortController()
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => deadline.abort(), timeoutMs)
  // A scenario's own folder wins over the plugin's.
  const outputsDir = config.outputsDir ?? settings()?.outputsDir ?? undefined
  try {
    const { result } = await runComparison(
      { ...config, ...(outputsDir === undefined ? {} : { outputsDir }) },
      {
        signal: AbortSignal.any([context.signal, deadline.signal]),
        label: config.name ?? context.task.fullTestName,
        onNotice: say,
      },
    )
    return { result, timedOut: deadline.signal.aborted }
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof EndpointError || error instanceof StoreError
    throw expected ? withoutStack(error) : error
  } finally {
    clearTimeout(timer)
  }
}

async function record(context: TestContext, result: ComparisonResult): Promise<void> {
  await recordArtifact(context.task as RunnerTestCase, comparisonArtifact(result))
  await annotate(context, undefined, comparisonCard(result), comparisonFigures(result))
  // Without the plugin there is no reporter to print the table.
  if (settings() === undefined) console.log(renderComparison(result, terminalStyle(process.stdout)))
}

/** What Vitest's JUnit reporter writes as `<property>`. */
export function comparisonFigures({ verdict, blocks, regressions, baseline, candidate }: ComparisonResult): Figure[] {
  const figures: Record<string, string | number> = {
    verdict,
    pairs_of_blocks: blocks.pairs,
    baseline_requests: baseline.totalRequests,
    baseline_failed_requests: baseline.failedRequests,
    candidate_requests: candidate.totalRequests,
    candidate_failed_requests: candidate.failedRequests,
  }
  for (const { expression, message, verdict: judged } of regressions)
    figures[`regression ${expression}`] = `${judged}: ${message}`
  return Object.entries(figures).map(([name, value]) => ({ name: FIGURE_PREFIX + name, value: String(value) }))
}

function judge(result: ComparisonResult, onInvalid: Checked['onInvalid'], context: Pick<TestContext, 'skip'>): void {
  const { baseline, candidate, regressions, config } = result
  const invalid = Object.entries({ baseline, candidate }).flatMap(([side, { client }]) =>
    client.reasons.map((reason) => `${side}: ${reason}`),
  )
  if (invalid.length > 0) {
    if (onInvalid === 'fail') throw new InvalidRunError(invalid)
    if (onInvalid === 'skip') context.skip(`invalid run: ${invalid.join('; ')}`)
    console.warn(
      ['perfgate: the client was the bottleneck; judged all the same, because of onInvalid', ...invalid].join('\n'),
    )
  }
  if (regressions.some(({ verdict }) => verdict === 'fail'))
    throw new RegressionError(regressions, comparedFailures(result))
  const undecided = regressions.filter(({ verdict }) => verdict === 'undecided')
  if (undecided.length === 0) return
  if (config.onUndecided === 'fail') throw new UndecidedComparisonError(regressions)
  console.warn(undecided.map(({ message }) => `perfgate: ${message}`).join('\n'))
}

/** Undefined where the plugin is not in use. */
function settings(): PerfgateSettings | undefined {
  return inject('perfgate') as PerfgateSettings | undefined
}

function say(text: string): void {
  console.info(`perfgate: ${text}`)
}
