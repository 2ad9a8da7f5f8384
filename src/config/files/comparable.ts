/** The defaults of a config file that a comparison has a use for. */
import { OPTION_NAMES, type OptionName, optionMeta } from '../schema.ts'
import type { Layer } from './layers.ts'

/** Options of a run that mean nothing in a comparison, or something else: a config file may have them all the same. */
const NOT_COMPARED: readonly OptionName[] = [
  'url',
  'thresholds',
  'regressions',
  'baseline',
  'baselineDir',
  'unlikeBaseline',
  'confidence',
  'maxNumber',
  'maxDuration',
  ...OPTION_NAMES.filter((name) => optionMeta(name).group === 'Capacity'),
]

export function comparable(defaults: Layer | undefined): Layer | undefined {
  return defaults === undefined ? undefined : { ...defaults, values: comparableOptions(defaults.values) }
}

export function comparableOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !(NOT_COMPARED as readonly string[]).includes(name)),
  )
}
