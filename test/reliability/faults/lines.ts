/** Forms of a stream that are unusual and allowed. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const lines: FaultRow[] = [
  mixed({ fault: 'crlf' }),
  mixed({ fault: 'bare-cr' }),
  mixed({ fault: 'extra-lines' }),
  mixed({ fault: 'bom' }),
]
