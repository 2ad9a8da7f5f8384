/** The scenario of a perf test, checked while the file is collected: a mistake is found before any load. */
import { type Layer, withPlaces } from '../config/files/index.ts'
import { type Config, ConfigError, checkOptions, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import { parseRegressions, type Thresholds } from '../gates/index.ts'
import { gatesOf, requireEndpoint } from '../run/index.ts'
import { overDefaults } from './defaults.ts'

/** What to run and what must hold. */
export interface Scenario extends Omit<Config, 'thresholds'> {
  /** For instance `{ 'p99(latency)': '<= 1.5 s', successRate: '>= 99.9 %' }`. */
  thresholds?: Thresholds
  /**
   * The load is stopped, and the test fails, after this many milliseconds; absent: it takes as long as it takes.
   * Waiting for another perf test does not count, preparation and the connection test do.
   */
  timeoutMs?: number
}

export interface CheckedScenario {
  config: Config
  timeoutMs: number | undefined
  onInvalid: ResolvedConfig['onInvalid']
  /** It is a search for capacity, which `perfTest.capacity` runs and judges. */
  isSearch: boolean
}

/**
 * @param test named in the error
 * @param defaults options of a config file, under the scenario's own
 * @throws ConfigError when an option or a threshold is wrong
 */
export function checkScenario(test: string, scenario: unknown, defaults?: Layer): CheckedScenario {
  try {
    if (typeof scenario !== 'object' || scenario === null || Array.isArray(scenario))
      throw new ConfigError(`expected a scenario like { url, model, parallel, number }, got ${described(scenario)}`)
    const { timeoutMs, ...own } = scenario as Scenario
    if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0))
      throw new ConfigError(
        `option "timeoutMs": expected a positive number of milliseconds, got ${described(timeoutMs)}`,
        'timeoutMs',
      )
    checkOptions(own as Config)
    const layered = overDefaults(defaults, own as Record<string, unknown>)
    const { config } = layered
    const resolved = withPlaces(layered, () => {
      const whole = resolveConfig(config)
      requireEndpoint(whole)
      // In a search, thresholds are what is searched by, and have no levels to be about.
      gatesOf(whole)
      parseRegressions(whole.regressions)
      return whole
    })
    return { config: config as Config, timeoutMs, onInvalid: resolved.onInvalid, isSearch: resolved.slaAutoTune }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    error.message = `perf test "${test}": ${error.message}`
    throw error
  }
}

function described(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
}
