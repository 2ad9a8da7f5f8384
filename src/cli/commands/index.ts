/** The commands besides a run; adding one is one file and one line here. */
import type { CliCommand } from './command.ts'
import { exportResults } from './export.ts'
import { report } from './report.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'
import { view } from './view.ts'

export type { CliCommand } from './command.ts'

export const COMMANDS: readonly CliCommand[] = [serve, schema, report, exportResults, view]
