/** The body of a perf test: waits for its turn, runs the load, records what was measured, and judges it. */
import { inject, type RunnerTestCase, recordArtifact, type TestContext } from 'vitest'
import { type Config, ConfigError, camelCase, EndpointError } from '../config/index.ts'
import { renderText, resultCard, terminalStyle } from '../report/index.ts'
import type { Result } from '../result/index.ts'
import { type Outcome, runPerfBenchmark } from '../run/index.ts'
import { StoreError } from '../store/index.ts'
import { annotate } from './annotate.ts'
import { resultArtifact } from './artifact.ts'
import type { PerfgateSettings } from './config.ts'
import { exclusively } from './exclusive.ts'
import { figuresOf } from './figures.ts'
import { judge, withoutStack } from './judge.ts'
import { levelLabels } from './levelLabels.ts'
import { rememberMetrics } from './matcher.ts'
import type { PerfBody, PerfContext } from './perfTest.ts'
import type { CheckedScenario } from './scenario.ts'

/** @throws what the test fails with: see `judge`; what runPerfBenchmark throws; what `body` throws */
export async function runPerfTest(
  context: TestContext,
  scenario: CheckedScenario,
  body: PerfBody | undefined,
): Promise<void> {
  const { outcome, timedOut } = await exclusively(context.signal, () => measure(context, scenario), sayWaiting)
  await record(context, outcome)
  context.signal.throwIfAborted()
  if (timedOut) throw timeoutError(outcome.result, scenario.timeoutMs!)
  judge(outcome.results, scenario.onInvalid, context)
  if (body === undefined) return
  for (const [i, result] of outcome.results.entries()) rememberMetrics(result, outcome.metrics[i]!)
  const measured = { result: outcome.result, results: outcome.results, metrics: outcome.metrics.at(-1)! }
  // On the context itself, so that an afterEach hook of the user sees the result too.
  await body(Object.assign(context, measured) as PerfContext)
}

async function measure(
  context: TestContext,
  { config, timeoutMs }: CheckedScenario,
): Promise<{ outcome: Outcome; timedOut: boolean }> {
  const deadline = new AbortController()
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => deadline.abort(), timeoutMs)
  try {
    const outcome = await runPerfBenchmark(withOutputs(config), {
      signal: AbortSignal.any([context.signal, deadline.signal]),
      label: config.name ?? context.task.fullTestName,
      onNotice: say,
    })
    return { outcome, timedOut: deadline.signal.aborted }
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof EndpointError || error instanceof StoreError
    throw expected ? withoutStack(error) : error
  } finally {
    clearTimeout(timer)
  }
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

async function record(context: TestContext, { results }: Outcome): Promise<void> {
  const labels = levelLabels(results)
  for (const [i, result] of results.entries()) {
    await recordArtifact(context.task as RunnerTestCase, resultArtifact(result))
    await annotate(context, labels[i], resultCard(result), figuresOf(result, labels[i]))
    // Without the plugin there is no reporter to print the tables.
    if (settings() === undefined) console.log(renderText(result, terminalStyle(process.stdout)))
  }
}

function timeoutError({ summary }: Result, timeoutMs: number): Error {
  const total = summary.expectedRequests === null ? '' : ` of ${summary.expectedRequests}`
  const text = `the load did not finish within timeoutMs (${timeoutMs} ms): ${summary.totalRequests}${total} requests had finished; raise timeoutMs or send fewer requests`
  return withoutStack(new Error(text))
}

function sayWaiting(): void {
  say('waiting: another perf test runs on this machine')
}

/** Vitest shows it under the test's name. */
function say(text: string): void {
  console.info(`perfgate: ${text}`)
}
