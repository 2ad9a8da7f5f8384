/** The text of a YAML or JSON file of another tool. */
import { createRequire } from 'node:module'
import { ConfigError } from '../config/index.ts'
import type { ImportInput } from './importer.ts'
import { isRecord } from './tree.ts'

const require = createRequire(import.meta.url)

/** @throws ConfigError when it is no object in YAML or JSON */
export function readTree({ text, file }: ImportInput, tool: string): Record<string, unknown> {
  const { parse } = require('yaml') as typeof import('yaml')
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new ConfigError(`import ${tool}: ${file ?? 'the text'} is neither YAML nor JSON: ${(error as Error).message}`)
  }
  if (isRecord(value)) return value
  throw new ConfigError(
    `import ${tool}: ${file ?? 'the text'} holds no object, but ${JSON.stringify(value)?.slice(0, 40)}`,
  )
}
