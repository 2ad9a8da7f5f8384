/** `--print-config`: every option of a run, its value, and where that came from; secrets stay hidden. */
import type { Layered } from '../config/files/index.ts'
import { OPTION_NAMES, type ResolvedConfig } from '../config/index.ts'
import { redactConfig } from '../run/index.ts'
import { flagName } from './flags.ts'

export interface PrintedOption {
  option: string
  value: unknown
  from: string
}

/** @param layered where each value came from; what is in none of its places is a default */
export function printedOptions(config: ResolvedConfig, { origins }: Pick<Layered, 'origins'>): PrintedOption[] {
  const shown = redactConfig(config)
  const secrets = [...new Set([...origins.values()].flatMap(({ secrets }) => secrets))]
  return OPTION_NAMES.flatMap((name) => {
    const value = hidden(shown[name], secrets)
    if (value === undefined) return []
    const keys = isRecord(value) ? Object.keys(value).filter((key) => origins.has(`${name}.${key}`)) : []
    if (keys.length === 0) return [{ option: name, value, from: placeOf(name, [name], origins) }]
    // Joined from several places, so each key has its own.
    return Object.entries(value as Record<string, unknown>).map(([key, one]) => ({
      option: `${name}.${key}`,
      value: one,
      from: placeOf(`${name}.${key}`, [name, key], origins),
    }))
  })
}

export function renderPrintedOptions(options: readonly PrintedOption[]): string {
  const rows = options.map(({ option, value, from }) => [option, textOf(value), from] as const)
  const width = (column: 0 | 1, most: number): number =>
    Math.min(most, Math.max(...rows.map((row) => row[column].length)))
  const [first, second] = [width(0, 40), width(1, 60)]
  return rows.map(([option, value, from]) => `${option.padEnd(first)}  ${value.padEnd(second)}  ${from}`).join('\n')
}

function placeOf(key: string, path: readonly string[], origins: Layered['origins']): string {
  const layer = origins.get(key)
  if (layer === undefined) return 'default'
  return layer.place(path) || `flag --${flagName(path[0] as (typeof OPTION_NAMES)[number])}`
}

function hidden(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0 || value === undefined) return value
  if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), value)
  if (Array.isArray(value)) return value.map((item) => hidden(item, secrets))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item, secrets)]))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
