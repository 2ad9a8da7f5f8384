/** Scenario files as tests, whatever the framework: each scenario goes to the function that makes its kind of test. */
import { placed } from '../config/files/index.ts'
import { type LoadedScenario, type LoadOptions, layered, loadScenarios } from './load.ts'

/** What a test framework's door has for each kind of scenario. */
export interface TestMakers {
  run(name: string, config: LoadedScenario['config']): void
  capacity(name: string, config: LoadedScenario['config']): void
  comparison(name: string, config: NonNullable<LoadedScenario['comparison']>): void
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
  options: LoadOptions = {},
): void {
  for (const { name, file, kind, config, comparison, layers } of loadScenarios(patterns, options))
    try {
      if (kind === 'comparison') make.comparison(name, comparison!)
      else make[kind](name, config)
    } catch (error) {
      const found = placed(error, layered(...layers).origins)
      if (found instanceof Error && !found.message.startsWith(file)) found.message = `${file}: ${found.message}`
      throw found
    }
}
