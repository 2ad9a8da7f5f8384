/** Writes docs/reference/results.md, every field of a result, from the schemas of results: `npm run docs:results`. */
import { z } from 'zod'
import { capacitySchema, comparisonResultSchema, resultSchema, sweepSchema } from '../src/result/index.ts'
import { cell, codeCell } from './markdown.ts'

const { client, conversations, distributions, environment, percentiles, server, summary, thresholds, workload } =
  resultSchema.shape
const { gauges, times } = server.unwrap().shape

/** The types that have a section of their own, in their order; where one is part of another, it is linked. */
export const SECTIONS: Record<string, { schema: z.ZodType; says: string }> = {
  Result: { schema: resultSchema, says: 'Of one run at one level of load: `perfgate schema result`.' },
  Summary: { schema: summary, says: 'Seconds; null where nothing was measured.' },
  PercentileRow: { schema: percentiles.element, says: 'A row of the table of percentiles.' },
  Distribution: { schema: distributions.valueType, says: 'All samples of one metric.' },
  ThresholdResult: { schema: thresholds.element, says: 'One condition, judged.' },
  ClientHealth: { schema: client, says: 'Whether the figures are the server’s.' },
  Environment: { schema: environment, says: 'The machine of the client.' },
  Workload: { schema: workload.unwrap(), says: 'Throughput in three windows of a run.' },
  WorkloadWindow: { schema: workload.unwrap().shape.overall, says: 'One window.' },
  Conversations: { schema: conversations.unwrap(), says: 'Of a run of conversations.' },
  ServerView: { schema: server.unwrap(), says: 'The engine’s own figures, beside the client’s.' },
  ServerGauge: { schema: gauges.shape.running.unwrap(), says: 'A figure that goes up and down.' },
  ServerTimes: { schema: times.shape.ttft.unwrap(), says: 'A histogram of the engine.' },
  SweepResult: { schema: sweepSchema, says: 'Of levels of load: `perfgate schema sweep`.' },
  CapacityResult: { schema: capacitySchema, says: 'Of a search for the most load: `perfgate schema capacity`.' },
  ComparisonResult: { schema: comparisonResultSchema, says: 'Of two sides in one run: `perfgate schema comparison`.' },
  ComparedSide: { schema: comparisonResultSchema.shape.baseline, says: 'Baseline or candidate.' },
  ComparedRegression: { schema: comparisonResultSchema.shape.regressions.element, says: 'One figure, judged.' },
}

/** The page: one table of fields for each type of result. */
export function resultsPage(): string {
  const sections = Object.entries(SECTIONS).map(([name, { schema, says }]) => {
    const rows = fieldsOf(jsonSchema(schema), '', true).map(
      ({ path, type, says }) => `| ${codeCell(path)} | ${type} | ${cell(says)} |`,
    )
    return `## ${name}\n\n${says}\n\n| field | type | what it says |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return `# Results

Written from the schemas by \`npm run docs:results\`; a test keeps it current. What each figure means and how it is
computed: [metrics](../metrics.md). A field with \`?\` is absent where it does not apply; \`[]\` stands for each item of a
list, \`<name>\` for each name. Units are in the names of fields.

${sections.join('\n')}`
}

/** What we read of JSON Schema. */
interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  prefixItems?: Schema[]
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
}

interface Field {
  path: string
  type: string
  says: string
}

const jsonSchema = (schema: z.ZodType): Schema => {
  // The key of the dialect is of whole schemas only.
  const { $schema: _, ...rest } = z.toJSONSchema(schema) as Schema & { $schema?: string }
  return rest
}

/** A shape without its words: fields take a shape of their own, with a description of their own. */
const shapeOf = ({ description: _, ...shape }: Schema): string => JSON.stringify(shape)

const known = new Map(Object.entries(SECTIONS).map(([name, { schema }]) => [shapeOf(jsonSchema(schema)), name]))

function fieldsOf(schema: Schema, path: string, isSection = false): Field[] {
  if (isSection) return innerOf(schema, path)
  const own = { path, type: typeOf(schema), says: schema.description ?? '' }
  return known.has(shapeOf(schema)) ? [own] : [own, ...innerOf(schema, path)]
}

function innerOf(schema: Schema, path: string): Field[] {
  const [only, isList] = schema.type === 'array' ? [schema.items, true] : [withoutNull(schema), false]
  if (only === undefined) return []
  const base = isList ? `${path}[]` : path
  // It has a section of its own, which the type names.
  if (base !== '' && known.has(shapeOf(only))) return []
  const { properties = {}, required = [], additionalProperties } = only
  // That a field may be absent is said once, where it stands itself.
  const prefix = base === '' ? '' : `${base.replaceAll('?', '')}.`
  const fields = Object.entries(properties).flatMap(([key, value]) =>
    fieldsOf(value, `${prefix}${key}${required.includes(key) ? '' : '?'}`),
  )
  const isRecord = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
  return isRecord ? [...fields, ...fieldsOf(additionalProperties, `${prefix}<name>`)] : fields
}

function withoutNull(schema: Schema): Schema | undefined {
  const rest = schema.anyOf?.filter(({ type }) => type !== 'null')
  if (rest === undefined) return schema
  return rest.length === 1 ? rest[0] : undefined
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return codeCell(JSON.stringify(schema.const))
  if (schema.enum !== undefined) return schema.enum.map((value) => codeCell(JSON.stringify(value))).join(' or ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ')
  const name = known.get(shapeOf(schema))
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`
  if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(typeOf).join(', ')}]`
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`
  return [schema.type ?? 'anything'].flat().join(' or ')
}
