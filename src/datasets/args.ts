/** Reads `--dataset-args` by the dataset's own schema, and names the key that is wrong. */
import { z } from 'zod'
import { ConfigError, camelCase, suggestion } from '../config/index.ts'
import type { Dataset } from './dataset.ts'

export interface ArgsGiven {
  datasetArgs: Record<string, unknown>
  /** Of these, the keys that the dataset takes for itself. */
  extraArgs?: Record<string, unknown>
}

const NOTHING = z.strictObject({})

/**
 * The arguments with defaults filled in; keys are accepted in snake_case and camelCase.
 * @throws ConfigError of option `datasetArgs` naming the key that is unknown or wrong
 */
export function readDatasetArgs(dataset: Dataset, { datasetArgs, extraArgs = {} }: ArgsGiven): unknown {
  const own = Object.entries(extraArgs).filter(([key]) => dataset.extraArgs?.includes(key))
  const given = { ...Object.fromEntries(own), ...datasetArgs }
  const schema = dataset.args ?? NOTHING
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : undefined
  const parsed = schema.safeParse(known === undefined ? given : spelledAs(known, given))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const begin = `option "datasetArgs": dataset ${dataset.name}: `
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const hint = known === undefined || known.length === 0 ? '; it takes none' : suggestion(key, known)
    throw new ConfigError(`${begin}unknown key "${key}"${hint}`, 'datasetArgs')
  }
  const where = issue.path.map((part, i) =>
    typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
  )
  const field = where.length === 0 ? '' : `key "${where.join('')}": `
  throw new ConfigError(
    `${begin}${field}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`,
    'datasetArgs',
  )
}

/** The keys as the schema spells them. */
function spelledAs(known: readonly string[], given: Record<string, unknown>): Record<string, unknown> {
  const spelling = new Map(known.map((key) => [camelCase(key), key]))
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [spelling.get(camelCase(key)) ?? key, value]))
}
