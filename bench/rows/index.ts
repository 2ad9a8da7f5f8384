/** The rows of the table, in its order. */
import { cpuPerToken } from './cpuPerToken.ts'
import { meanTtft } from './meanTtft.ts'
import { memory } from './memory.ts'
import { openLoop } from './openLoop.ts'
import { requestsVsPython } from './requestsVsPython.ts'
import { requestsVsUndici } from './requestsVsUndici.ts'
import type { Row } from './row.ts'
import { stampError } from './stampError.ts'
import { stampErrorTwoWorkers } from './stampErrorTwoWorkers.ts'
import { vitestOverhead } from './vitestOverhead.ts'

export { type Context, type Row, type RowResult, type RowVerdict, SkipRow } from './row.ts'

export const rows: readonly Row[] = [
  requestsVsPython,
  requestsVsUndici,
  cpuPerToken,
  stampError,
  stampErrorTwoWorkers,
  meanTtft,
  openLoop,
  memory,
  vitestOverhead,
]
