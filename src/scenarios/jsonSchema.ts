/** JSON Schema of config and scenario files, out of the schema of the options, for editors and other tools. */
import { z } from 'zod'
import { TEXT, VARIABLE } from '../config/files/index.ts'
import { OPTION_NAMES, options } from '../config/index.ts'
import { STORED_STATISTICS } from '../gates/index.ts'
import { DISTRIBUTION_NAMES, type DistributionName, factsOf, type MetricName, SCALAR_NAMES } from '../metrics/index.ts'
import { head, NOT_IN_CONFIG, sides } from './shape.ts'

export type JsonSchema = { [keyword: string]: unknown }

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** Of `perfgate.config.json` and `perfgate.config.yaml`. */
export function configJsonSchema(): JsonSchema {
  const { properties, patternProperties } = optionsObject(OPTION_NAMES)
  return {
    $schema: DIALECT,
    title: 'perfgate config',
    description: 'Defaults of a project: scenarios and flags win over them.',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    patternProperties,
    additionalProperties: false,
    $defs: definitions(),
  }
}

/** Of scenario files in YAML and JSON. */
export function scenarioJsonSchema(): JsonSchema {
  const parts = jsonSchemaOf(head).properties as JsonSchema
  return {
    $schema: DIALECT,
    title: 'perfgate scenario',
    description: 'A load, and what must hold under it.',
    type: 'object',
    properties: {
      ...described(parts, {
        $schema: 'for editors',
        name: 'default: the name of the file; $option stands for the value of an option of "each"',
        description: 'for readers',
        extends: 'scenario files whose options lie under these, from the folder of this file',
      }),
      config: {
        ...optionsObject(OPTION_NAMES.filter((name) => !(NOT_IN_CONFIG as readonly string[]).includes(name))),
        description: 'the options of the run',
      },
      thresholds: optionSchema('thresholds'),
      each: {
        description: 'a run for each row, or for each combination of lists',
        anyOf: [{ type: 'array', minItems: 1, items: { $ref: '#/$defs/row' } }, { $ref: '#/$defs/lists' }],
      },
      compare: {
        ...jsonSchemaOf(sides),
        description: 'a candidate against a baseline, in one run',
      },
    },
    additionalProperties: false,
    $defs: { ...definitions(), row: optionsObject(OPTION_NAMES), lists: listsObject() },
  }
}

/** A variable may stand for any value; what is no variable must not look like one. */
const definitions = (): JsonSchema => ({
  condition: plainSchema('thresholds')['additionalProperties'],
  variable: {
    description: 'a variable of the environment, with or without a default, as in ${LLM_URL:-http://127.0.0.1:8000}',
    type: 'string',
    pattern: `^${VARIABLE}$`,
  },
  any: {
    anyOf: [
      { type: ['number', 'boolean', 'null'] },
      { type: 'string', pattern: TEXT },
      { type: 'array', items: { $ref: '#/$defs/any' } },
      { type: 'object', additionalProperties: { $ref: '#/$defs/any' } },
    ],
  },
})

function optionsObject(names: readonly string[]): JsonSchema & { properties: JsonSchema } {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, optionSchema(name)])),
    patternProperties: otherSpellings(names, optionSchema),
    additionalProperties: false,
  }
}

function listsObject(): JsonSchema {
  const list = (name: string): JsonSchema => ({ type: 'array', minItems: 1, items: optionSchema(name) })
  return {
    type: 'object',
    minProperties: 1,
    properties: Object.fromEntries(OPTION_NAMES.map((name) => [name, list(name)])),
    patternProperties: otherSpellings(OPTION_NAMES, list),
    additionalProperties: false,
  }
}

/** `max_tokens` and `max-tokens` beside `maxTokens`; as patterns, so that editors offer only the one spelling. */
function otherSpellings(names: readonly string[], schemaOf: (name: string) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    names
      .filter((name) => /[A-Z]/.test(name))
      .map((name) => {
        const words = name.split(/(?=[A-Z])/)
        const tail = words
          .slice(1)
          .map((word) => `(?:[-_]+[${word[0]}${word[0]!.toLowerCase()}]|${word[0]})${word.slice(1)}`)
        return [`^(?!${name}$)${words[0]}${tail.join('')}$`, schemaOf(name)]
      }),
  )
}

function optionSchema(name: string): JsonSchema {
  const schema = plainSchema(name)
  const keys = metricKeys(name)
  if (keys === undefined) return schema
  const value = name === 'thresholds' ? { $ref: '#/$defs/condition' } : schema['additionalProperties']
  return {
    ...schema,
    // Offered by editors with what they are; other keys remain, since a percentile may be any.
    properties: Object.fromEntries(
      keys.map(([key, metric]) => [key, { description: describeMetric(metric), ...(value as object) }]),
    ),
    additionalProperties: value,
  }
}

function plainSchema(name: string): JsonSchema {
  return withVariables(jsonSchemaOf(options.shape[name as keyof typeof options.shape]))
}

/** The usual keys of an option whose keys are about metrics. */
function metricKeys(option: string): [key: string, metric: MetricName][] | undefined {
  const ranked = (p: string, name: DistributionName): [string, MetricName] => [`${p}(${name})`, name]
  const alone = (name: MetricName): [string, MetricName] => [name, name]
  switch (option) {
    case 'thresholds':
      return [...DISTRIBUTION_NAMES.map((name) => ranked('p99', name)), ...SCALAR_NAMES.map(alone)]
    case 'objectives':
      return DISTRIBUTION_NAMES.filter((name) => factsOf(name).objective === true).map(alone)
    case 'regressions':
      return [
        ...DISTRIBUTION_NAMES.filter((name) => factsOf(name).compare !== 'none').map((name) => ranked('p50', name)),
        ...STORED_STATISTICS.flatMap((one) => (one.kind === 'scalar' ? [alone(one.name)] : [])),
      ]
    default:
      return undefined
  }
}

function describeMetric(name: MetricName): string {
  const { about, better } = factsOf(name)
  return better === 'neither' ? about : `${about} ${better === 'lower' ? 'Lower' : 'Higher'} is better.`
}

/** As users write it: before defaults are filled in. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  return schema === head || schema === sides ? (withVariables(rest) as JsonSchema) : rest
}

function described(properties: JsonSchema, texts: Record<string, string>): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, { ...(schema as object), description: texts[name] }]),
  )
}

/** The same schema, taking variables wherever a single value stands. */
function withVariables(schema: JsonSchema): JsonSchema {
  return visit(schema) as JsonSchema
}

const HOLDERS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const

function visit(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  const schema: JsonSchema = { ...(given as JsonSchema) }
  if (Object.keys(schema).every((keyword) => keyword === 'description' || keyword === 'default'))
    return { ...schema, $ref: '#/$defs/any' }
  if (isValue(schema)) return orVariable(schema)
  for (const holder of HOLDERS)
    if (Array.isArray(schema[holder])) schema[holder] = (schema[holder] as unknown[]).map(visit)
  for (const part of ['items', 'additionalProperties'] as const)
    if (typeof schema[part] === 'object') schema[part] = visit(schema[part])
  if (typeof schema['properties'] === 'object' && schema['properties'] !== null)
    schema['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([name, property]) => [name, visit(property)]),
    )
  return schema
}

function isValue({ type, enum: choices, const: only }: JsonSchema): boolean {
  return (
    choices !== undefined || only !== undefined || ['string', 'number', 'integer', 'boolean'].includes(String(type))
  )
}

function orVariable({ description, default: usual, ...schema }: JsonSchema): JsonSchema {
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
  }
  const isFreeText = (['enum', 'const', 'pattern'] as const).every((rule) => schema[rule] === undefined)
  if (schema['type'] === 'string' && isFreeText) return { ...about, ...schema, pattern: TEXT }
  return { ...about, anyOf: [schema, { $ref: '#/$defs/variable' }] }
}
