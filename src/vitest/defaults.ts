/** The config file's options, as the plugin hands them to tests: under what each test says itself. */
import { inject } from 'vitest'
import { comparable, joinLayers, type Layer, type Layered } from '../config/files/index.ts'
import { camelCase } from '../config/index.ts'
import type { PerfgateSettings } from './config.ts'

/** Of the plugin, which reads the file; without the plugin there are none. */
function defaults(): Layer | undefined {
  const settings = inject('perfgate') as PerfgateSettings | undefined
  if (settings?.defaults === undefined) return undefined
  const { values, places } = settings.defaults
  return { values, place: ([name]) => places[String(name)] ?? '', secrets: [] }
}

/** @param scenario options in any spelling, of which no two name the same */
export function overDefaults(scenario: Record<string, unknown>, isComparison = false): Layered {
  const under = isComparison ? comparable(defaults()) : defaults()
  if (under === undefined) return { config: scenario, origins: new Map() }
  const values = Object.fromEntries(Object.entries(scenario).map(([key, value]) => [camelCase(key), value]))
  return joinLayers([under, { values, place: () => '', secrets: [] }])
}
