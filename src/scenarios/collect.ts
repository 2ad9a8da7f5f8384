/** Scenario files as tests, whatever the framework: each scenario goes to the function that makes its kind of test. */
import { type Layer, placed } from '../config/files/index.ts'
import { type Config, checkOptions } from '../config/index.ts'
import type { ComparisonConfig } from '../run/index.ts'
import type { ScenarioOptions } from './define.ts'
import { type LoadedScenario, type LoadOptions, layered, loadScenarios } from './load.ts'

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
