/** `perfgate [flags]`: runs the scenario, prints its tables, and answers with the exit code. */
import {
  OVERVIEW_TITLE,
  overviewTable,
  renderAdvice,
  renderCapacity,
  renderJson,
  renderText,
  type TerminalStyle,
  terminalStyle,
} from '../report/index.ts'
import type { CapacityResult, Result } from '../result/index.ts'
import type { Outcome, RunHooks } from '../run/index.ts'
import { exitCodeOf, exitCodeOfCapacity } from './exitCode.ts'
import { listenForInterrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { showProgress } from './progress.ts'

/** What the CLI needs of `runPerfBenchmark`. */
export type RunBenchmark = (
  config: Record<string, unknown>,
  hooks: RunHooks,
) => Promise<Pick<Outcome, 'results' | 'verdict' | 'capacity'> & Partial<Pick<Outcome, 'jsonPaths'>>>

export interface RunRequest {
  config: Record<string, unknown>
  /** Stdout is for the JSON alone; all else goes to stderr. */
  json: boolean
}

/** @throws what `run` throws: ConfigError, EndpointError, StoreError */
export async function runCommand(
  { config, json }: RunRequest,
  io: Io,
  run: RunBenchmark = runPerfgate,
): Promise<number> {
  const progress = showProgress({
    output: io.stderr,
    style: terminalStyle(io.stderr, io.env),
    everyRequests: Number(config.logEveryNQuery ?? 0) || 0,
  })
  const say = (text: string): void => progress.say(`perfgate: ${text}`)
  const interrupts = listenForInterrupts(io, say, progress.end)
  const { signal, killSignal } = interrupts
  try {
    const outcome = await run(config, { onProgress: progress.update, onNotice: say, signal, killSignal })
    progress.end()
    const tables = json ? io.stderr : io.stdout
    const { capacity } = outcome
    const style = terminalStyle(tables, io.env)
    tables.write(
      `${capacity === undefined ? await outcomeText(outcome, style) : capacityText(capacity, outcome.jsonPaths, style)}\n`,
    )
    if (json) io.stdout.write(capacity === undefined ? outcomeJson(outcome.results) : jsonText(capacity))
    if (interrupts.exitCode !== undefined) return interrupts.exitCode
    return capacity === undefined ? exitCodeOf(outcome.results) : exitCodeOfCapacity(capacity)
  } catch (error) {
    progress.end()
    return interrupts.exitCodeOf(error)
  } finally {
    progress.end()
    interrupts.close()
  }
}

/** Loaded late: help and wrong usage need none of it. */
async function runPerfgate(config: Record<string, unknown>, hooks: RunHooks): Promise<Outcome> {
  const { embeddedNotice, runPerfBenchmark } = await import('../run/index.ts')
  const notice = embeddedNotice(config)
  if (notice !== undefined) hooks.onNotice?.(notice)
  return runPerfBenchmark(config, hooks)
}

/** With the name of the search's own file, the last that is written. */
function capacityText(
  capacity: CapacityResult,
  jsonPaths: readonly string[] | undefined,
  style: TerminalStyle,
): string {
  const path = capacity.config.store === 'none' ? undefined : jsonPaths?.at(-1)
  return [renderCapacity(capacity, style), ...(path === undefined ? [] : [`Result JSON: ${path}`])].join('\n\n')
}

async function outcomeText(
  { results, verdict }: Pick<Outcome, 'results' | 'verdict'>,
  style: TerminalStyle,
): Promise<string> {
  if (results.length === 1) return renderText(results[0]!, style)
  const levels = results.map(
    (result, i) => `Level ${i + 1} of ${results.length}: ${levelName(result)}\n\n${renderText(result, style)}`,
  )
  const overview = `${OVERVIEW_TITLE}\n${overviewTable(results, style)}`
  const advice = await adviceText(results, style)
  return [...levels, overview, ...advice, `Verdict over ${results.length} levels: ${verdict}`].join('\n\n')
}

/** Nothing where the levels do not differ in one kind of load alone. */
async function adviceText(results: readonly Result[], style: TerminalStyle): Promise<string[]> {
  const parallels = new Set(results.map(({ summary }) => summary.concurrency))
  const rates = new Set(results.map(({ config }) => Number(config.rate ?? -1)))
  const isListOf = (varied: Set<unknown>, others: Set<unknown>): boolean =>
    varied.size === results.length && others.size === 1
  const variable =
    isListOf(parallels, rates) && !parallels.has(null)
      ? 'parallel'
      : isListOf(rates, parallels) && !rates.has(-1)
        ? 'rate'
        : undefined
  if (variable === undefined) return []
  const { analyse } = await import('../run/index.ts')
  const load = ({ summary, config }: Result): number => Number(variable === 'rate' ? config.rate : summary.concurrency)
  const ascending = results.toSorted((a, b) => load(a) - load(b))
  return [renderAdvice(analyse(ascending, variable, 'the end of the list was reached'), style)]
}

function levelName({ summary, config }: Result): string {
  const rate = Number(config.rate ?? -1)
  const parallel = summary.concurrency === null ? 'no limit in flight' : `${summary.concurrency} in parallel`
  return rate > 0 ? `${rate} requests/s, ${parallel}` : parallel
}

/** One object, or for a sweep an array of them in the order of its levels. */
function outcomeJson(results: readonly Result[]): string {
  if (results.length === 1) return renderJson(results[0]!)
  return `[\n${results.map((result) => renderJson(result).trimEnd()).join(',\n')}\n]\n`
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
