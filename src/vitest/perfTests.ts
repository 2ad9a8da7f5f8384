/** `perfTests`: a perf test for each scenario of some files. */
import { type CapacityScenario, type CompareScenario, seenFrom } from '../doors/index.ts'
import { type CollectOptions, collectScenarios } from '../scenarios/index.ts'
import { perfTest } from './perfTest.ts'

/**
 * Makes a `perfTest`, `perfTest.capacity` or `perfTest.compare` of each scenario, as its file asks for.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`, from the working folder
 * @throws ConfigError at collection, with file and line, when a scenario is wrong
 */
export function perfTests(patterns: string | readonly string[], options: CollectOptions = {}): void {
  seenFrom(perfTests, () =>
    collectScenarios(
      patterns,
      {
        run: (name, config) => perfTest(name, config),
        capacity: (name, config) => perfTest.capacity(name, config as CapacityScenario),
        comparison: (name, config) => perfTest.compare(name, config as CompareScenario),
      },
      options,
    ),
  )
}
