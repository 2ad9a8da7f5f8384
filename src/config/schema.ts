/**
 * The one description of a scenario: config types, CLI flags, JSON Schema and the docs' tables all come from here.
 *
 * Every option carries its group, a one-line description and, for the CLI, how its words are read.
 */
import { z } from 'zod'
import { type OptionMeta, optionMetas } from './option.ts'
import { basicOptions } from './options/basic.ts'
import { budgetOptions } from './options/budget.ts'
import { conversationOptions, dataOptions, type thinkTime } from './options/data.ts'
import { baselineOptions, gateOptions, slaOptions } from './options/gate.ts'
import { generationOptions } from './options/generation.ts'
import { loadOptions, type stage } from './options/load.ts'
import { networkOptions } from './options/network.ts'
import { outputOptions, serverViewOptions } from './options/output.ts'

export const options = z.strictObject({
  ...basicOptions,
  ...networkOptions,
  ...loadOptions,
  ...dataOptions,
  ...generationOptions,
  ...gateOptions,
  ...baselineOptions,
  ...slaOptions,
  ...budgetOptions,
  ...outputOptions,
  ...conversationOptions,
  ...serverViewOptions,
})

/** A scenario as a user writes it. */
export type Config = z.input<typeof options>
/** A scenario with every default filled in and checked. */
export type ResolvedConfig = z.output<typeof options>
export type Stage = z.output<typeof stage>
export type ThinkTime = z.output<typeof thinkTime>
export type OptionName = keyof ResolvedConfig & string

export const OPTION_NAMES = Object.keys(options.shape) as OptionName[]

/** Group, description and CLI form of one option. */
export function optionMeta(name: OptionName): OptionMeta {
  return optionMetas.get(options.shape[name])!
}
