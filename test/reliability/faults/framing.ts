/** HTTP around the answer: how it is cut, framed and announced. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const framing: FaultRow[] = [
  mixed({ fault: 'drip' }),
  mixed({ fault: 'split-events' }),
  mixed({ fault: 'split-utf8' }),
  mixed({ fault: 'invalid-chunks', cause: 'bad-sse', status: 200 }),
  mixed({ fault: 'header-flood', cause: 'bad-sse' }),
  mixed({ fault: 'continue-100' }),
  mixed({ fault: 'early-hints' }),
]
