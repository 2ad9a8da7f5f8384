/** The pipeline behind every door: a scenario becomes a plan, which is run. */
import { type Config, ConfigError, type ResolvedConfig } from '../config/index.ts'
import { hasFreshPrompts } from '../datasets/index.ts'
import { levelsOf } from '../load/index.ts'
import { againstBaseline } from '../records/index.ts'
import type { RunHooks } from './hooks.ts'
import { inOrder, withFirstBodies } from './plans/plan.ts'
import type { Protocol } from './protocol.ts'
import { readRecording } from './replay.ts'
import { type Outcome, runPlan } from './runPlan.ts'
import { withScenario } from './withScenario.ts'

/**
 * Runs a scenario and judges it.
 *
 * Without `url` the embedded server is started for the run. Lists of `parallel` or `rate` run as a sweep.
 *
 * @throws ConfigError when an option is wrong; nothing was sent then
 * @throws EndpointError when the endpoint did not answer the connection test
 * @throws StoreError when results could not be written; the load is stopped first
 */
export async function runPerfBenchmark(
  input: Config | Record<string, unknown>,
  hooks: RunHooks = {},
): Promise<Outcome> {
  return withScenario(input, hooks, () => {}, runScenario)
}

async function runScenario(scenario: Protocol, hooks: RunHooks): Promise<Outcome> {
  const { config } = scenario
  if (config.slaAutoTune) {
    const { runCapacity } = await import('./plans/capacity.ts')
    return runCapacity(scenario, hooks)
  }
  refuseIdleSearch(config)
  const recording = await readRecording(config, hooks.onNotice)
  const levels = levelsOf(recording === undefined ? config : { ...config, timestamps: recording.timestamps })
  // Recorded requests and conversations are sent as they are numbered.
  const placed =
    recording === undefined && !config.multiTurn ? withFirstBodies(levels, hasFreshPrompts(config)) : levels
  const plan = inOrder(againstBaseline(config, placed, hooks.onNotice))
  return runPlan({ ...scenario, prompts: recording?.prompts }, plan, hooks)
}

/** A criterion that nothing looks at would look like a gate. */
function refuseIdleSearch({ slaParams, slaGate }: ResolvedConfig): void {
  const name = slaParams !== undefined ? 'slaParams' : Object.keys(slaGate).length > 0 ? 'slaGate' : undefined
  if (name !== undefined)
    throw new ConfigError(`option "${name}": is about a search for capacity; add slaAutoTune, or leave it out`, name)
}
