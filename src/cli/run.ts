/** A run on the command line: measured under the screen, its tables or JSON printed, its exit code. */
import { type Layered, placed } from '../config/files/index.ts'
import {
  adviceSentences,
  capacityDocument,
  overviewSection,
  renderJson,
  renderText,
  runDocument,
  type TerminalStyle,
  terminalStyle,
} from '../report/index.ts'
import type { CapacityResult, Result, SweepResult } from '../result/index.ts'
import type { ComparisonOutcome, Outcome, RunHooks, SweepRange } from '../run/index.ts'
import { exitCodeOf, exitCodeOfCapacity, listenForInterrupts } from './exit.ts'
import { type Io, jsonOfAll, jsonText, printTables } from './io.ts'
import { showProgress } from './progress.ts'

/** @throws what `run` throws: ConfigError, EndpointError, StoreError */
export function runCommand(request: LoadRequest, io: Io, run: RunBenchmark = runBenchmark): Promise<number> {
  return measure(request, io, {
    run: (hooks) => run(request.config, hooks),
    text: (outcome, style) =>
      outcome.capacity === undefined
        ? outcomeText(outcome, style)
        : capacityText(outcome.capacity, outcome.jsonPaths, style),
    json: ({ results, capacity }) => (capacity === undefined ? jsonOfAll(results.map(renderJson)) : jsonText(capacity)),
    exitCode: ({ results, capacity }) => (capacity === undefined ? exitCodeOf(results) : exitCodeOfCapacity(capacity)),
  })
}

/** With the name of the search's own file, the last that is written. */
function capacityText(
  capacity: CapacityResult,
  jsonPaths: readonly string[] | undefined,
  style: TerminalStyle,
): string {
  const path = capacity.config.store === 'none' ? undefined : jsonPaths?.at(-1)
  return [renderText(capacityDocument(capacity), style), ...(path === undefined ? [] : [`Result JSON: ${path}`])].join(
    '\n\n',
  )
}

async function outcomeText(
  { results, verdict }: Pick<Outcome, 'results' | 'verdict'>,
  style: TerminalStyle,
): Promise<string> {
  if (results.length === 1) return renderText(runDocument(results[0]!), style)
  const levels = results.map(
    (result, i) =>
      `Level ${i + 1} of ${results.length}: ${levelName(result)}\n\n${renderText(runDocument(result), style)}`,
  )
  const overview = renderText({ sections: [overviewSection(results)] }, style)
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
  const notes = adviceSentences(analyse(ascending, variable, 'the end of the list was reached'))
  return [renderText({ sections: [{ kind: 'notes', notes }] }, style)]
}

function levelName({ summary, config }: Result): string {
  const rate = Number(config.rate ?? -1)
  const parallel = summary.concurrency === null ? 'no limit in flight' : `${summary.concurrency} in parallel`
  return rate > 0 ? `${rate} requests/s, ${parallel}` : parallel
}

/** A command line, read. */
export interface LoadRequest {
  config: Record<string, unknown>
  /** Where each value came from: errors say so. */
  origins?: Layered['origins']
  /** Stdout is for the JSON alone; all else goes to stderr. */
  json: boolean
}

/** What a command has of its own. */
interface Measurement<Measured> {
  run(hooks: RunHooks): Promise<Measured>
  text(measured: Measured, style: TerminalStyle): string | Promise<string>
  json(measured: Measured): string
  exitCode(measured: Measured): number
}

/**
 * @returns the exit code: that of an interrupt where there was one, else what the measurement says
 * @throws what `run` throws: ConfigError, EndpointError, StoreError
 */
export async function measure<Measured>(
  { config, origins = new Map(), json }: LoadRequest,
  io: Io,
  { run, ...of }: Measurement<Measured>,
): Promise<number> {
  const progress = showProgress({
    output: io.stderr,
    style: terminalStyle(io.stderr, io.env),
    everyRequests: Number(config['logEveryNQuery'] ?? 0) || 0,
  })
  const say = (text: string): void => progress.say(`perfgate: ${text}`)
  const interrupts = listenForInterrupts(io, say, progress.end)
  const { signal, killSignal } = interrupts
  try {
    const measured = await run({ onProgress: progress.update, onNotice: say, signal, killSignal })
    progress.end()
    await printTables(io, json, (style) => of.text(measured, style))
    if (json) io.stdout.write(of.json(measured))
    return interrupts.exitCode ?? of.exitCode(measured)
  } catch (error) {
    progress.end()
    return interrupts.exitCodeOf(placed(error, origins))
  } finally {
    progress.end()
    interrupts.close()
  }
}

type Config = Record<string, unknown>

/** What the CLI needs of `runPerfBenchmark`. */
export type RunBenchmark = (
  config: Config,
  hooks: RunHooks,
) => Promise<Pick<Outcome, 'results' | 'verdict' | 'capacity'> & Partial<Pick<Outcome, 'jsonPaths'>>>

/** What the CLI needs of `runComparison`. */
export type RunComparison = (config: Config, hooks: RunHooks) => Promise<ComparisonOutcome>

/** What the CLI needs of `runSweep`. */
export type RunSweep = (config: Config, range: SweepRange, hooks: RunHooks) => Promise<{ sweep: SweepResult }>

/** Says where the embedded server stands in for an endpoint that was not given. */
export const runBenchmark: RunBenchmark = async (config, hooks) => {
  const { embeddedNotice, runPerfBenchmark } = await import('../run/index.ts')
  const notice = embeddedNotice(config)
  if (notice !== undefined) hooks.onNotice?.(notice)
  return runPerfBenchmark(config, hooks)
}

export const runComparison: RunComparison = async (config, hooks) =>
  (await import('../run/index.ts')).runComparison(config, hooks)

export const runSweep: RunSweep = async (config, range, hooks) =>
  (await import('../run/index.ts')).runSweep(config, range, hooks)
