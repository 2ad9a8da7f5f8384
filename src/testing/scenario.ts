/** The scenario of a perf test as its test file gives it: checked before any load, over the options of a config file. */
import { comparable, joinLayers, type Layer, type Layered, loadConfigLayer, withPlaces } from '../config/files/index.ts'
import {
  type Config,
  ConfigError,
  camelCase,
  checkOptions,
  type ResolvedConfig,
  resolveConfig,
} from '../config/index.ts'
import { gatesOf, parseRegressions, type Thresholds } from '../gates/index.ts'
import { requireEndpoint } from '../run/index.ts'

/** What to run and which thresholds it must meet. */
export interface Scenario extends Omit<Config, 'thresholds' | 'url'> {
  /** Base URL or full endpoint, as text or as a `URL`. Absent: the embedded server. */
  url?: string | URL | undefined
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
  return namingTest(test, () => {
    const { timeoutMs, own } = readWritten(scenario, '{ url, model, parallel, number }')
    checkOptions(own)
    const layered = overDefaults(defaults, own)
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
  })
}

/** Errors begin with the title of the test, since many scenarios of a file may look alike. */
export function namingTest<T>(test: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof Error) error.message = `perf test "${test}": ${error.message}`
    throw error
  }
}

/**
 * What a test file wrote, with URL objects as text.
 *
 * @param example how a scenario looks, for the error
 * @returns `own`: its options in any spelling, still unchecked
 * @throws ConfigError when it is no object, when `timeoutMs` is no time, and where an option is one of the test
 *   framework
 */
export function readWritten(
  scenario: unknown,
  example: string,
): { timeoutMs: number | undefined; own: Record<string, unknown> } {
  if (typeof scenario !== 'object' || scenario === null || Array.isArray(scenario))
    throw new ConfigError(`expected a scenario like ${example}, got ${described(scenario)}`)
  const { timeoutMs, ...own } = scenario as Record<string, unknown>
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0))
    throw new ConfigError(
      `option "timeoutMs": expected a positive number of milliseconds, got ${described(timeoutMs)}`,
      'timeoutMs',
    )
  for (const name of Object.keys(own))
    if (Object.hasOwn(FRAMEWORK_OPTIONS, name))
      throw new ConfigError(
        `option "${name}": it belongs to the test framework, not to a scenario; ${FRAMEWORK_OPTIONS[name]}`,
        name,
      )
  return { timeoutMs, own: withUrlTexts(own) }
}

const ON_A_GROUP = (name: string, value: string): string =>
  `in Vitest give it to the group: describe('chat', { ${name}: ${value} }, () => { perfTest(…) })`
const ON_THE_CHAIN = (link: string): string => `write perfTest.${link}(…)`

/** What people write out of habit, and what to write here. */
const FRAMEWORK_OPTIONS: Readonly<Record<string, string>> = {
  timeout: 'write timeoutMs, after which the load is stopped; without it a perf test has no time limit',
  retry: 'a perf test runs once; for a steadier verdict raise number, or set confidence and maxNumber',
  repeats: 'a perf test runs once; for a steadier verdict raise number, or set confidence and maxNumber',
  tags: ON_A_GROUP('tags', "['slow']"),
  meta: ON_A_GROUP('meta', "{ owner: 'search' }"),
  skip: ON_THE_CHAIN('skip'),
  only: ON_THE_CHAIN('only'),
  todo: ON_THE_CHAIN('todo'),
  fails: ON_THE_CHAIN('fails'),
  failing: ON_THE_CHAIN('fails'),
  concurrent: 'leave it out; loads never overlap',
  concurrency: 'write parallel for the number of requests in flight; loads never overlap',
}

/** A scenario's URL may be a `URL`; so may those of the sides of a comparison. */
function withUrlTexts(own: Record<string, unknown>): Record<string, unknown> {
  const texts = Object.entries(own).map(([name, value]) => {
    const isSide = (name === 'baseline' || name === 'candidate') && isPlainObject(value)
    return [name, isUrl(value) ? value.href : isSide ? withUrlTexts(value) : value]
  })
  return Object.fromEntries(texts)
}

/** By its tag: Jest's test files may have a `URL` class of their own. */
function isUrl(value: unknown): value is URL {
  return Object.prototype.toString.call(value) === '[object URL]'
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}

function described(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
}

/**
 * The config file of a project, read when the first test asks for it.
 *
 * @param outputsDir said to the framework, it is said nearer to the tests than in the file
 * @param say gets one sentence that names the file, when it is read
 */
export function projectDefaults(
  folder: string,
  outputsDir?: string,
  say?: (text: string) => void,
): () => Layer | undefined {
  let read: { layer: Layer | undefined } | undefined
  return () => {
    if (read === undefined) {
      read = { layer: loadConfigLayer({ cwd: folder }) }
      if (read.layer !== undefined) say?.(`config file: ${read.layer.file}`)
    }
    const { layer } = read
    if (layer === undefined || outputsDir === undefined) return layer
    const { outputsDir: _, ...values } = layer.values
    return { ...layer, values }
  }
}

/** @param scenario options in any spelling, of which no two name the same */
export function overDefaults(
  defaults: Layer | undefined,
  scenario: Record<string, unknown>,
  isComparison = false,
): Layered {
  const under = isComparison ? comparable(defaults) : defaults
  if (under === undefined) return { config: scenario, origins: new Map() }
  const values = Object.fromEntries(Object.entries(scenario).map(([key, value]) => [camelCase(key), value]))
  return joinLayers([under, { values, place: () => '', secrets: [] }])
}
