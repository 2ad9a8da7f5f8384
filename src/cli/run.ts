/** `perfgate [flags]`: runs the scenario, prints its tables, and answers with the exit code. */
import {
  OVERVIEW_TITLE,
  overviewTable,
  renderAdvice,
  renderCapacity,
  renderJson,
  renderText,
  type TerminalStyle,
} from '../report/index.ts'
import type { CapacityResult, Result } from '../result/index.ts'
import type { Outcome } from '../run/index.ts'
import { exitCodeOf, exitCodeOfCapacity } from './exitCode.ts'
import type { Io } from './io.ts'
import { type LoadRequest, measure } from './measure.ts'
import { jsonOfAll, jsonText } from './output.ts'
import { type RunBenchmark, runBenchmark } from './runners.ts'

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
