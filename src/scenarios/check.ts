/** A loaded scenario with the defaults under it and the flags over it, checked as a whole before anything is sent. */
import { comparable, type Environment, type Layer, type Layered, placed } from '../config/files/index.ts'
import { type ResolvedConfig, resolveConfig } from '../config/index.ts'
import { parseRegressions } from '../gates/index.ts'
import { gatesOf, readSearch, requireEndpoint, resolveComparison } from '../run/index.ts'
import { type LoadedScenario, layered } from './load.ts'

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
