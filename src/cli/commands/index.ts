/** The commands besides a run; adding one is one file and one line here. */

import type { CliCommand } from '../usage.ts'
import { baseline } from './baseline.ts'
import { compare } from './compare.ts'
import { exportResults } from './export.ts'
import { init } from './init.ts'
import { merge } from './merge.ts'
import { recover } from './recover.ts'
import { report } from './report.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'
import { sweep } from './sweep.ts'
import { view } from './view.ts'

export type { CliCommand } from '../usage.ts'

export const COMMANDS: readonly CliCommand[] = [
  serve,
  schema,
  compare,
  sweep,
  baseline,
  report,
  exportResults,
  view,
  init,
  recover,
  merge,
]
