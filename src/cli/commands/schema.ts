/** `perfgate schema result|comparison|capacity|sweep|config|scenario`: prints a JSON Schema. */

import { Option } from 'commander'
import { z } from 'zod'
import { ConfigError, suggestion } from '../../config/index.ts'
import { capacitySchema, comparisonResultSchema, resultSchema, sweepSchema } from '../../result/index.ts'
import type { Io } from '../io.ts'
import { jsonText } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

const SCHEMAS: Record<string, () => unknown> = {
  result: () => z.toJSONSchema(resultSchema),
  comparison: () => z.toJSONSchema(comparisonResultSchema),
  capacity: () => z.toJSONSchema(capacitySchema),
  sweep: () => z.toJSONSchema(sweepSchema),
  // Loaded late: they lead to much that other commands have no use for.
  config: async () => (await import('../../scenarios/index.ts')).configJsonSchema(),
  scenario: async () => (await import('../../scenarios/index.ts')).scenarioJsonSchema(),
}

/** @throws ConfigError when the schema is not one of ours */
export async function schemaCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate schema', io)
    .description('Prints a JSON Schema.')
    .argument('[of]', Object.keys(SCHEMAS).join(' or '))
    .addOption(new Option('--for <what>', 'the same, as a flag'))
  const read = readWords<{ for?: string }>(command, args)
  if (read === undefined) return 0
  const name = read.flags.for ?? read.operands[0]
  if (name === undefined) throw new ConfigError(`schema needs a name: ${Object.keys(SCHEMAS).join(', ')}`)
  const found = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined
  if (found === undefined) throw new ConfigError(`schema "${name}": unknown${suggestion(name, Object.keys(SCHEMAS))}`)
  io.stdout.write(jsonText(await found()))
  return 0
}

export const schema: CliCommand = {
  name: 'schema',
  description: 'print a JSON Schema, of results, config or scenarios',
  run: schemaCommand,
}
