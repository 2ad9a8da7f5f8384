/** A result as JSON: keys in the order of its schema, so that two files can be compared line by line. */
import { z } from 'zod'
import { type Result, resultSchema } from './schema.ts'

/** @returns JSON text with a newline at its end */
export function renderJson(result: Result): string {
  return `${JSON.stringify(inSchemaOrder(result, resultSchema), null, 2)}\n`
}

/** Free records (options, counts by cause) keep the order they were built in; keys the schema does not know go last. */
function inSchemaOrder(value: unknown, schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return inSchemaOrder(value, schema.unwrap())
  if (Array.isArray(value) && schema instanceof z.ZodArray)
    return value.map((item) => inSchemaOrder(item, schema.element))
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value
  const known = Object.entries(schema.shape).filter(([key]) => key in value)
  const given = value as Record<string, unknown>
  return {
    ...Object.fromEntries(known.map(([key, part]) => [key, inSchemaOrder(given[key], part)])),
    ...Object.fromEntries(Object.entries(given).filter(([key]) => !(key in schema.shape))),
  }
}
