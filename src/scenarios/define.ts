/** What config and scenario files hold, as types: `defineConfig` and `defineScenario` check and complete it in editors. */
import type { Config } from '../config/index.ts'
import type { Thresholds } from '../gates/index.ts'
import type { ComparisonConfig } from '../run/index.ts'

/** Options, with thresholds whose keys are checked where they are written. */
export interface ScenarioOptions extends Omit<Config, 'thresholds'> {
  thresholds?: Thresholds
}

/** Options that each run of a scenario is given on top of its own, one run for each. */
export type Rows =
  | readonly ScenarioOptions[]
  | { readonly [Name in keyof ScenarioOptions]?: readonly NonNullable<ScenarioOptions[Name]>[] }

/** A candidate against a baseline, as in `perfTest.compare`. */
export type ComparedSides = Partial<
  Pick<
    ComparisonConfig,
    'baseline' | 'candidate' | 'regressions' | 'confidence' | 'blocks' | 'maxBlocks' | 'onUndecided'
  >
>

/** The content of a scenario file. */
export interface ScenarioFile {
  /** For editors. */
  $schema?: string
  /** Default: the name of the file. `$option` stands for the value of an option of `each`. */
  name?: string
  description?: string
  /** Scenario files whose options lie under these, from the folder of this file. */
  extends?: string | readonly string[]
  config?: Omit<ScenarioOptions, 'thresholds'>
  thresholds?: Thresholds
  /** A run for each row, or for each combination of lists. */
  each?: Rows
  compare?: ComparedSides
}

/** The content of `perfgate.config.ts`, as it is: for the types. */
export function defineConfig(config: ScenarioOptions & { $schema?: string }): ScenarioOptions & { $schema?: string } {
  return config
}

/** The content of a scenario file in TypeScript, as it is: for the types. */
export function defineScenario(scenario: ScenarioFile): ScenarioFile {
  return scenario
}
