/** Scenario files: read, checked, multiplied, and described for editors. */

export {
  type ComparedSides,
  defineConfig,
  defineScenario,
  type Rows,
  type ScenarioFile,
  type ScenarioOptions,
} from './define.ts'
export { configJsonSchema, scenarioJsonSchema } from './jsonSchema.ts'
export { type LoadedScenario, type LoadOptions, layered, loadScenarios } from './load.ts'
export {
  type CollectOptions,
  checkWhole,
  collectScenarios,
  type ReadyScenario,
  readyScenario,
  type TestMakers,
} from './ready.ts'
