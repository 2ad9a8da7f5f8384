/** Scenario files: read, checked, multiplied, and described for editors. */
export { checkWhole, type ReadyScenario, readyScenario } from './check.ts'
export { type CollectOptions, collectScenarios, type TestMakers } from './collect.ts'
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
