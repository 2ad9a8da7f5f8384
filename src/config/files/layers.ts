/** Options from several places, one over the other, and for each value the place it came from. */
import { ConfigError } from '../errors.ts'
import { passedOver } from '../plans.ts'
import type { OptionName } from '../schema.ts'

/** Options that were said in one place. */
export interface Layer {
  /** By their camelCase names. */
  values: Record<string, unknown>
  /** Where one of them was said, for instance `perfgate.config.yaml:3`. */
  place(path: readonly PropertyKey[]): string
  /** Of a config file: its path, as it is shown. */
  file?: string
  /** Values that must not be shown. */
  secrets: readonly string[]
}

export interface Layered {
  config: Record<string, unknown>
  /** By option, and by `option.key` where records were joined. */
  origins: ReadonlyMap<string, Layer>
}

/** Joined key by key: to add a header or a threshold is not to give up those that were there. All else is replaced. */
const JOINED: readonly OptionName[] = ['headers', 'extraArgs', 'thresholds', 'objectives', 'regressions']

/** @param layers each one wins over those before it */
export function joinLayers(layers: readonly Layer[]): Layered {
  const config: Record<string, unknown> = {}
  const origins = new Map<string, Layer>()
  for (const layer of layers)
    for (const [name, value] of Object.entries(layer.values)) {
      if (value === undefined) continue
      const isJoined = (JOINED as readonly string[]).includes(name) && isRecord(value)
      config[name] = isJoined && isRecord(config[name]) ? { ...config[name], ...value } : value
      // Whoever asks for the embedded server does not mean the endpoint of a layer below.
      if (name === 'embedded' && layer.values['url'] === undefined) delete config['url']
      origins.set(name, layer)
      if (isJoined) for (const key of Object.keys(value)) origins.set(`${name}.${key}`, layer)
    }
  return { config, origins }
}

/**
 * Does `work` on a joined config; what it finds wrong with an option is said with the place the option came from.
 *
 * @throws what `work` throws
 */
export function withPlaces<T>({ origins }: Pick<Layered, 'origins'>, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw placed(error, origins)
  }
}

/** The same error, with `file:line: ` before its message where an option of a file is at fault. */
export function placed(error: unknown, origins: Layered['origins']): unknown {
  if (!(error instanceof ConfigError) || error.option === undefined) return error
  // A threshold is named in its message alone.
  const key = error.message.includes('"') ? /"([^"]+)"/.exec(error.message)?.[1] : undefined
  const named = key === undefined ? undefined : longestKey(error.option, key, origins)
  const layer = origins.get(named ?? error.option)
  if (layer === undefined) return error
  const path = named === undefined ? error.path : [error.option, named.slice(error.option.length + 1)]
  const place = layer.place(path)
  if (place !== '' && !error.message.startsWith(place)) error.message = `${place}: ${error.message}`
  return error
}

function longestKey(option: string, text: string, origins: Layered['origins']): string | undefined {
  return [...origins.keys()]
    .filter((name) => name.startsWith(`${option}.`) && text.startsWith(name.slice(option.length + 1)))
    .toSorted((a, b) => b.length - a.length)[0]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NOT_COMPARED = passedOver()

export function comparable(defaults: Layer | undefined): Layer | undefined {
  return defaults === undefined ? undefined : { ...defaults, values: comparableOptions(defaults.values) }
}

export function comparableOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !NOT_COMPARED.includes(name)))
}
