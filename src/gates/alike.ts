/** What makes two results comparable: the same scenario (load, prompts, generation), and a like environment. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { DEFAULT_EXECUTOR, OPTION_NAMES, type OptionName, optionMeta, options } from '../config/index.ts'
import type { Environment } from '../result/index.ts'

/** The options that decide the scenario, where they differ from their defaults. */
export type ScenarioFacts = Record<string, unknown>

const GROUPS: ReadonlySet<string> = new Set(['Load', 'Data', 'Generation'])
const ALSO: ReadonlySet<OptionName> = new Set(['api', 'objectives'])
/** How the load is driven and shown, not what it is; and the salt, which is another in each run. */
const NOT: ReadonlySet<OptionName> = new Set([
  ...(['workers', 'logEveryNQuery', 'gracefulStop', 'sleepInterval', 'promptSalt'] as const),
])

/**
 * @param config as in a result: resolved, and of one level of load
 * @returns in the order of their names; an option at its default is left out, so that one added in a later version
 *   does not make every stored scenario another
 */
export function scenarioFacts(config: Readonly<Record<string, unknown>>): ScenarioFacts {
  const names = OPTION_NAMES.filter((name) => (GROUPS.has(optionMeta(name).group) || ALSO.has(name)) && !NOT.has(name))
  const facts: ScenarioFacts = {}
  for (const name of names.toSorted()) {
    const value = comparable(name, config[name])
    if (value !== undefined && text(value) !== text(comparable(name, defaultOf(name)))) facts[name] = value
  }
  return facts
}

/** Twelve hexadecimal digits that name the scenario. */
export function scenarioHash(config: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(text(scenarioFacts(config)))
    .digest('hex')
    .slice(0, 12)
}

/** For instance `parallel 4 there, 8 here`; empty for the same scenario. */
export function scenarioDifferences(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
): string[] {
  const [a, b] = [scenarioFacts(there), scenarioFacts(here)]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return names
    .filter((name) => text(a[name]) !== text(b[name]))
    .map((name) => `${name} ${shown(name, a[name])} there, ${shown(name, b[name])} here`)
}

/** Files are known by their names: a checkout of another machine lies elsewhere. */
function comparable(name: OptionName, value: unknown): unknown {
  if (value === null && options.shape[name].safeParse('none').success) return 'none'
  if (typeof value === 'function' || value === null) return undefined
  if (name === 'datasetPath' && typeof value === 'string') return basename(value)
  if (name === 'executor' && value === DEFAULT_EXECUTOR) return undefined
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

function defaultOf(name: OptionName): unknown {
  const parsed = options.shape[name].safeParse(undefined)
  return parsed.success ? parsed.data : undefined
}

function shown(name: string, value: unknown): string {
  const given = value === undefined ? defaultOf(name as OptionName) : value
  if (given === undefined) return 'not set'
  const written = typeof given === 'string' ? given : text(given)
  return written.length > 40 ? `${written.slice(0, 39)}…` : written
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** An environment: latencies of unlike ones differ by tens of percent, whatever the code does. */
export interface Fingerprint {
  /** The model that was asked for. */
  model: string
  /** Host name of the endpoint without its port; `embedded` for the embedded server. */
  host: string
  os: string
  cpu: string
  cores: number
  /** The major version: minor ones hardly move a timing. */
  node: string
  /** Major and minor version. */
  perfgate: string
}

const NAMES: Record<keyof Fingerprint, string> = {
  model: 'model',
  host: 'endpoint host',
  os: 'system',
  cpu: 'CPU',
  cores: 'cores',
  node: 'Node',
  perfgate: 'perfgate',
}

export function fingerprintOf(
  environment: Environment,
  endpoint: { url: string; embedded: boolean },
  config: Readonly<Record<string, unknown>>,
): Fingerprint {
  return {
    model: modelOf(config),
    host: endpoint.embedded ? 'embedded' : hostOf(endpoint.url),
    os: environment.os,
    cpu: environment.cpu,
    cores: environment.cores,
    node: environment.node.split('.')[0]!,
    perfgate: environment.perfgate.split('.').slice(0, 2).join('.'),
  }
}

/** The model that was asked for; `default` where the endpoint chose it. @param config as in a result */
export function modelOf(config: Readonly<Record<string, unknown>>): string {
  return String(config['model'] ?? 'default')
}

/** For instance `CPU "AMD EPYC 7763" there, "Intel Xeon 8370C" here`; empty for like environments. */
export function fingerprintDifferences(there: Fingerprint, here: Fingerprint): string[] {
  return (Object.keys(NAMES) as (keyof Fingerprint)[])
    .filter((key) => there[key] !== here[key])
    .map((key) => `${NAMES[key]} ${JSON.stringify(there[key])} there, ${JSON.stringify(here[key])} here`)
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return url
  }
}
