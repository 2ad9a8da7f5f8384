/** A scenario file's own parts, each checked by itself, with the line of what is wrong. */
import { z } from 'zod'
import {
  below,
  type Environment,
  type FileDocument,
  type Layer,
  layerOf,
  type Substituted,
  settle,
  substituteVariables,
} from '../config/files/index.ts'
import { ConfigError, camelCase, explain, OPTION_NAMES, suggestion } from '../config/index.ts'
import { comparisonShape } from '../run/index.ts'

/** The parts of a scenario file that are no options. */
export const head = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  extends: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
})

export const sides = comparisonShape.partial()

export const PARTS = [...Object.keys(head.shape), 'config', 'thresholds', 'each', 'compare']

/** Has a place of its own beside `config`, or in a row of `each`. */
export const NOT_IN_CONFIG = ['thresholds', 'name'] as const

export interface ScenarioParts extends z.output<typeof head> {
  /** Of `config` and `thresholds`. */
  layer: Layer
  /** One for each row of `each`, in order; undefined: there is no `each`. */
  rows: Layer[] | undefined
  compare: Record<string, unknown> | undefined
}

/** More runs than this are a slip of the pen. */
const MOST_ROWS = 1000

/** @throws ConfigError with `file:line` */
export function readParts(document: FileDocument, env: Environment): ScenarioParts {
  const place = (path: readonly PropertyKey[]): string => document.place(path)
  if (!isRecord(document.value))
    throw new ConfigError(
      `${place([])}: expected a scenario like { name, config, thresholds }, got ${JSON.stringify(document.value)}`,
    )
  const substituted: Substituted = document.isText
    ? substituteVariables(document.value, env, place)
    : { value: document.value, whole: [], secrets: [] }
  const { config, thresholds, each, compare, ...rest } = substituted.value as Record<string, unknown>
  for (const key of Object.keys(rest))
    if (!PARTS.includes(key)) throw new ConfigError(`${place([key])}: "${key}": unknown${hint(key)}`)
  const parsed = settle(rest, [], place, checkWith(head))
  return {
    ...(parsed as z.output<typeof head>),
    layer: joined(readConfig(document, config, substituted), readThresholds(document, thresholds, substituted)),
    rows: each === undefined ? undefined : readRows(document, each, substituted),
    compare: compare === undefined ? undefined : readCompare(document, compare, substituted),
  }
}

function hint(key: string): string {
  return (OPTION_NAMES as string[]).includes(camelCase(key))
    ? '; it is an option, and belongs under "config"'
    : suggestion(key, PARTS)
}

function readConfig(document: FileDocument, config: unknown, substituted: Substituted): Layer {
  if (config === undefined) return layerOf(document, {}, ['config'], substituted)
  if (isRecord(config))
    for (const key of Object.keys(config))
      if ((NOT_IN_CONFIG as readonly string[]).includes(camelCase(key)))
        throw new ConfigError(
          `${document.place(['config', key])}: option "config.${key}": "${camelCase(key)}" stands beside "config", not in it`,
          camelCase(key),
        )
  return layerOf(document, config, ['config'], substituted)
}

function readThresholds(document: FileDocument, thresholds: unknown, substituted: Substituted): Layer {
  if (thresholds === undefined) return layerOf(document, {}, [], substituted)
  return layerOf(document, { thresholds }, [], substituted)
}

function joined(config: Layer, thresholds: Layer): Layer {
  return {
    values: { ...config.values, ...thresholds.values },
    secrets: config.secrets,
    place: (path) => (path[0] === 'thresholds' ? thresholds : config).place(path),
  }
}

function readRows(document: FileDocument, each: unknown, substituted: Substituted): Layer[] {
  const fail = (path: readonly PropertyKey[], why: string): ConfigError =>
    new ConfigError(`${document.place(['each', ...path])}: "each": ${why}`)
  if (Array.isArray(each)) {
    if (each.length === 0) throw fail([], 'is empty; give a row of options for each run')
    return each.map((row, i) => layerOf(document, row, ['each', i], substituted))
  }
  if (!isRecord(each) || Object.keys(each).length === 0)
    throw fail([], 'expected rows, as [{ parallel: 1 }, { parallel: 4 }], or lists, as { parallel: [1, 4] }')
  let rows: Layer[] = [{ values: {}, secrets: substituted.secrets, place: () => document.place(['each']) }]
  for (const [key, values] of Object.entries(each)) {
    if (!Array.isArray(values) || values.length === 0)
      throw fail([key], `"${key}": expected a list of values, got ${JSON.stringify(values)}`)
    const layers = values.map((value, i) => valueLayer(document, key, value, i, substituted))
    if (rows.length * layers.length > MOST_ROWS)
      throw fail([key], `makes more than ${MOST_ROWS} runs; leave values out, or write the rows that are wanted`)
    rows = rows.flatMap((row) => layers.map((layer) => under(row, layer)))
  }
  return rows
}

/** One value of a list of `each`, as options. */
function valueLayer(
  document: FileDocument,
  key: string,
  value: unknown,
  index: number,
  { whole, secrets }: Substituted,
): Layer {
  const at = ['each', key, index]
  return layerOf({ ...document, place: ([, ...rest]) => document.place([...at, ...rest]) }, { [key]: value }, [], {
    whole: below(whole, at).map((path) => [key, ...path]),
    secrets,
  })
}

function under(row: Layer, layer: Layer): Layer {
  return {
    values: { ...row.values, ...layer.values },
    secrets: row.secrets,
    place: (path) => (String(path[0]) in layer.values ? layer : row).place(path),
  }
}

function readCompare(document: FileDocument, compare: unknown, substituted: Substituted): Record<string, unknown> {
  const place = (path: readonly PropertyKey[]): string => document.place(['compare', ...path])
  if (!isRecord(compare))
    throw new ConfigError(
      `${place([])}: "compare": expected { baseline, candidate, regressions }, got ${JSON.stringify(compare)}`,
    )
  return settle({ ...compare }, below(substituted.whole, ['compare']), place, checkWith(sides))
}

function checkWith(schema: z.ZodObject): (values: Record<string, unknown>) => void {
  return (values) => {
    const { error } = schema.safeParse(values)
    if (error === undefined) return
    const [issue] = error.issues
    if (issue?.code !== 'unrecognized_keys') throw explain(error, values)
    const name = issue.keys[0]!
    throw new ConfigError(
      `"${[...issue.path, name].map(String).join('.')}": unknown${issue.path.length === 0 ? suggestion(name, Object.keys(schema.shape)) : ''}`,
      undefined,
      [...issue.path, name],
    )
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
