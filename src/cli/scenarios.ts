/** Scenario files on the command line: run one after another, or printed with the place of each value. */
import type { Layer, Layered } from '../config/files/index.ts'
import { OPTION_NAMES, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import { redactConfig } from '../run/index.ts'
import { loadScenarios, type ReadyScenario, readyScenario } from '../scenarios/index.ts'
import { runComparisonCommand } from './commands/compare.ts'
import { codeOf, isInterruption, messageOf } from './exit.ts'
import { flagLayer, flagName } from './flags.ts'
import { type Io, jsonText, notice } from './io.ts'
import { type RunBenchmark, type RunComparison, runBenchmark, runCommand, runComparison } from './run.ts'

export interface ScenariosRequest {
  /** Files, folders and globs. */
  patterns: readonly string[]
  /** Options of the command line, over those of every scenario. */
  flags: Record<string, unknown>
  defaults: Layer | undefined
  json: boolean
  printOnly: boolean
}

/** What the runs are done with; tests hand in others. */
export interface Runners {
  run?: RunBenchmark | undefined
  compare?: RunComparison | undefined
}

/** One line of the summary, and one object of `--json`. */
interface Done {
  name: string
  file: string
  exitCode: number
  verdict: string
  results?: readonly Result[]
  capacity?: CapacityResult
  comparison?: ComparisonResult
  error?: string
}

/**
 * Every scenario is checked before the first is run.
 *
 * @returns the worst exit code of all
 * @throws ConfigError when a file or a scenario is wrong; nothing was sent then
 */
export async function runScenarios(request: ScenariosRequest, io: Io, runners: Runners = {}): Promise<number> {
  const { patterns, flags, defaults, json, printOnly } = request
  const over = flagLayer(flags)
  const scenarios = loadScenarios(patterns, { env: io.env }).map((scenario) =>
    readyScenario(scenario, defaults, over, io.env),
  )
  if (printOnly) return print(scenarios, json, io)
  const done: Done[] = []
  // With --json stdout is for the JSON alone.
  const world = json ? { ...io, stdout: io.stderr } : io
  for (const [i, scenario] of scenarios.entries()) {
    world.stdout.write(`${i === 0 ? '' : '\n'}Scenario ${i + 1} of ${scenarios.length}: ${titleOf(scenario)}\n`)
    done.push(await runOne(scenario, world, runners))
    if (isInterruption(done.at(-1)!.exitCode)) break
  }
  world.stdout.write(`\n${summaryText(done, scenarios)}\n`)
  if (json) io.stdout.write(jsonText(done))
  return Math.max(...done.map(({ exitCode }) => exitCode))
}

async function runOne(scenario: ReadyScenario, io: Io, runners: Runners): Promise<Done> {
  const { name, file, kind, config } = scenario
  const found: Pick<Done, 'results' | 'capacity' | 'comparison'> & { verdict?: string } = {}
  try {
    const exitCode =
      kind === 'comparison'
        ? await runComparisonCommand({ config, json: false }, io, async (given, hooks) => {
            const outcome = await (runners.compare ?? runComparison)(given, hooks)
            Object.assign(found, { comparison: outcome.result, verdict: outcome.result.verdict })
            return outcome
          })
        : await runCommand({ config, json: false }, io, async (given, hooks) => {
            const outcome = await (runners.run ?? runBenchmark)(given, hooks)
            const { capacity, results, verdict } = outcome
            Object.assign(
              found,
              capacity === undefined ? { results, verdict } : { capacity, verdict: capacity.verdict },
            )
            return outcome
          })
    const verdict = isInterruption(exitCode) ? 'interrupted' : (found.verdict ?? 'none')
    return { name, file, exitCode, ...found, verdict }
  } catch (error) {
    notice(io, messageOf(error))
    return { name, file, exitCode: codeOf(error), ...found, verdict: 'error', error: messageOf(error) }
  }
}

function summaryText(done: readonly Done[], all: readonly ReadyScenario[]): string {
  const accepted = done.filter(({ exitCode }) => exitCode === 0)
  const unjudged = accepted.filter(({ verdict }) => verdict === 'none').length
  const ungated = unjudged === 0 ? '' : `, ${unjudged} without thresholds`
  const width = Math.max(...done.map(({ verdict }) => verdict.length))
  const lines = done.map(
    ({ verdict, name, file, error }) =>
      `  ${verdict.padEnd(width)}  ${name}  (${file})${error === undefined ? '' : `: ${error.split('\n')[0]}`}`,
  )
  const left = all.slice(done.length).map((scenario) => `  ${'not run'.padEnd(width)}  ${titleOf(scenario)}`)
  return [`Scenarios: ${accepted.length - unjudged} of ${all.length} passed${ungated}`, ...lines, ...left].join('\n')
}

function titleOf({ name, file }: Pick<ReadyScenario, 'name' | 'file'>): string {
  return `${name}  (${file})`
}

function print(scenarios: readonly ReadyScenario[], json: boolean, io: Io): number {
  const printed = scenarios.map(({ name, file, layered }) => ({
    name,
    file,
    options: printedOptions(resolveConfig(layered.config), layered),
  }))
  io.stdout.write(
    json
      ? jsonText(printed)
      : `${printed.map(({ options, ...about }) => `${titleOf(about)}\n${renderPrintedOptions(options)}`).join('\n\n')}\n`,
  )
  return 0
}

/** @throws ConfigError for `--print-config` with options that do not go together */
export function printRunConfig(
  { config, layered, json }: { config: Record<string, unknown>; layered: ReadyScenario['layered']; json: boolean },
  io: Io,
): number {
  const options = printedOptions(resolveConfig(config), layered)
  io.stdout.write(json ? jsonText(options) : `${renderPrintedOptions(options)}\n`)
  return 0
}

export interface PrintedOption {
  option: string
  value: unknown
  from: string
}

/** @param layered where each value came from; what is in none of its places is a default */
export function printedOptions(config: ResolvedConfig, { origins }: Pick<Layered, 'origins'>): PrintedOption[] {
  const shown = redactConfig(config)
  const secrets = [...new Set([...origins.values()].flatMap(({ secrets }) => secrets))]
  return OPTION_NAMES.flatMap((name) => {
    const value = hidden(shown[name], secrets)
    if (value === undefined) return []
    const keys = isRecord(value) ? Object.keys(value).filter((key) => origins.has(`${name}.${key}`)) : []
    if (keys.length === 0) return [{ option: name, value, from: placeOf(name, [name], origins) }]
    // Joined from several places, so each key has its own.
    return Object.entries(value as Record<string, unknown>).map(([key, one]) => ({
      option: `${name}.${key}`,
      value: one,
      from: placeOf(`${name}.${key}`, [name, key], origins),
    }))
  })
}

export function renderPrintedOptions(options: readonly PrintedOption[]): string {
  const rows = options.map(({ option, value, from }) => [option, textOf(value), from] as const)
  const width = (column: 0 | 1, most: number): number =>
    Math.min(most, Math.max(...rows.map((row) => row[column].length)))
  const [first, second] = [width(0, 40), width(1, 60)]
  return rows.map(([option, value, from]) => `${option.padEnd(first)}  ${value.padEnd(second)}  ${from}`).join('\n')
}

function placeOf(key: string, path: readonly string[], origins: Layered['origins']): string {
  const layer = origins.get(key)
  if (layer === undefined) return 'default'
  return layer.place(path) || `flag --${flagName(path[0] as (typeof OPTION_NAMES)[number])}`
}

function hidden(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0 || value === undefined) return value
  if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), value)
  if (Array.isArray(value)) return value.map((item) => hidden(item, secrets))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item, secrets)]))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
