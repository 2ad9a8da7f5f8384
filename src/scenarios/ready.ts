/** Loaded scenarios made ready: checked as a whole for the command line, or made into tests of a framework. */
import { comparable, type Environment, type Layer, type Layered, placed } from '../config/files/index.ts'
import { type Config, checkOptions, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import { gatesOf, parseRegressions } from '../gates/index.ts'
import { type ComparisonConfig, readSearch, requireEndpoint, resolveComparison } from '../run/index.ts'
import type { ScenarioOptions } from './define.ts'
import { type LoadedScenario, type LoadOptions, layered, loadScenarios } from './load.ts'

export interface ReadyScenario extends Pick<LoadedScenario, 'name' | 'file' | 'kind'> {
  /** For `runPerfBenchmark`, or for `runComparison` where it is a comparison. */
  config: Record<string, unknown>
  layered: Layered
}

/**
 * @param defaults of the config file
 * @param over flags
 * @param env tells whether this is CI, where the embedded server must be asked for
 * @throws ConfigError, with file and line where a file is at fault
 */
export function readyScenario(
  scenario: LoadedScenario,
  defaults: Layer | undefined,
  over?: Layer,
  env: Environment = process.env,
): ReadyScenario {
  const { name, file, kind, layers, sides } = scenario
  const isComparison = kind === 'comparison'
  const all = layered(isComparison ? comparable(defaults) : defaults, ...layers, over)
  const own = { ...all.config, ...(over?.values['name'] === undefined ? { name } : {}) }
  const config = { ...own, ...sides }
  try {
    if (isComparison) {
      const { baseline, candidate } = resolveComparison(config).sides
      for (const side of [baseline, candidate]) requireEndpoint(side.config, env)
    } else requireEndpoint(checkWhole(config, kind === 'capacity'), env)
  } catch (error) {
    const found = placed(error, all.origins)
    if (found instanceof Error && !found.message.startsWith(file)) found.message = `${file}: ${found.message}`
    throw found
  }
  return { name, file, kind, config, layered: all }
}

/** @throws ConfigError when options do not go together, or a gate cannot be read */
export function checkWhole(config: Record<string, unknown>, isSearch: boolean): ResolvedConfig {
  const resolved = resolveConfig(config)
  if (isSearch) readSearch(resolved)
  else gatesOf(resolved)
  parseRegressions(resolved.regressions)
  return resolved
}

/** What a test framework's door has for each kind of scenario. */
export interface TestMakers {
  run(name: string, config: LoadedScenario['config']): void
  capacity(name: string, config: LoadedScenario['config']): void
  comparison(name: string, config: ComparisonConfig): void
}

export interface CollectOptions extends LoadOptions {
  /** Options over those of every scenario, for instance the URL of the server that a hook has started. */
  overrides?: ScenarioOptions
}

/**
 * Makes one test for each scenario of the files.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`
 * @throws ConfigError with file and line, when a file or what a maker finds in it is wrong
 */
export function collectScenarios(
  patterns: string | readonly string[],
  make: TestMakers,
  { overrides = {}, ...options }: CollectOptions = {},
): void {
  checkOptions({ ...overrides } as Config)
  const over: Layer = { values: { ...overrides }, place: () => '', secrets: [] }
  for (const { name, file, kind, config, sides, layers } of loadScenarios(patterns, options)) {
    const { config: joined, origins } = layered(...layers, over)
    const whole = { ...config, ...joined, name }
    try {
      if (kind === 'comparison') make.comparison(name, { ...whole, ...sides } as ComparisonConfig)
      else make[kind](name, whole)
    } catch (error) {
      const found = placed(error, origins)
      if (found instanceof Error && !found.message.startsWith(file)) found.message = `${file}: ${found.message}`
      throw found
    }
  }
}
