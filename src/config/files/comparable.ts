/** The defaults of a config file that a comparison has a use for. */
import { passedOver } from '../plans.ts'
import type { Layer } from './layers.ts'

/** The first three mean something else in a comparison. */
const NOT_COMPARED: readonly string[] = ['regressions', 'baseline', 'confidence', ...passedOver('comparison')]

export function comparable(defaults: Layer | undefined): Layer | undefined {
  return defaults === undefined ? undefined : { ...defaults, values: comparableOptions(defaults.values) }
}

export function comparableOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !NOT_COMPARED.includes(name)))
}
