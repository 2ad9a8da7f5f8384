/** Writes the JSON Schemas into a folder of the package, where editors find them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema, scenarioJsonSchema } from '../src/scenarios/index.ts'

/**
 * Writes `config.schema.json` and `scenario.schema.json`.
 *
 * @param folder made where it is not there
 * @returns the paths written
 */
export function writeSchemas(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  const schemas = { 'config.schema.json': configJsonSchema(), 'scenario.schema.json': scenarioJsonSchema() }
  return Object.entries(schemas).map(([name, schema]) => {
    const path = join(folder, name)
    writeFileSync(path, `${JSON.stringify(schema)}\n`)
    return path
  })
}
