/** Every row of the table in docs/reliability.md, in its order; adding a kind is one file and one line here. */
import type { FaultRow } from '../row.ts'
import { body } from './body.ts'
import { connection } from './connection.ts'
import { endings } from './endings.ts'
import { framing } from './framing.ts'
import { limits } from './limits.ts'
import { lines } from './lines.ts'
import { refusals } from './refusals.ts'

export const ROWS: readonly FaultRow[] = [
  ...connection,
  ...endings,
  ...framing,
  ...limits,
  ...refusals,
  ...body,
  ...lines,
]
