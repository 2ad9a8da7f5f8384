/** One option: its zod schema, and what the CLI, the docs and the JSON Schema say of it. */
import { z } from 'zod'

/** How the CLI reads an option's words: one word, many words, `k=v` pairs, JSON text, or none (a switch). */
export type FlagKind = 'string' | 'number' | 'numbers' | 'strings' | 'switch' | 'pairs' | 'json'

export interface OptionMeta {
  group: OptionGroup
  kind: FlagKind
  description: string
  /** The word shown for the value in help, for instance `seconds`. */
  value?: string
  /** Shown as the default in help where the schema has none (it depends on other options). */
  defaultText?: string
}

export const OPTION_GROUPS = [
  'Basic',
  'Network',
  'Load',
  'Multi-turn',
  'Data',
  'Generation',
  'Gate',
  'Capacity',
  'Budget',
  'Server view',
  'Output',
] as const
export type OptionGroup = (typeof OPTION_GROUPS)[number]

/** What is said of each option, by its schema. */
export const optionMetas = z.registry<OptionMeta>()

/** An option: a schema with what is said of it. */
export function option<T extends z.ZodType>(schema: T, meta: OptionMeta): T {
  const described = schema.describe(meta.description)
  optionMetas.add(described, meta)
  return described
}

export const count = z.number().int().min(1)
export const seconds = z.number().positive()
export const share = z.number().min(0)
