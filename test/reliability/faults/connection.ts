/** The connection is refused, silent, reset or closed. */

import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const connection: FaultRow[] = [
  mixed({ fault: 'silent', cause: 'read-timeout', options: { readTimeout: 1 }, words: 'longer than read-timeout' }),
  mixed({ fault: 'reset-before-headers', cause: 'reset', words: 'ECONNRESET' }),
  mixed({ fault: 'reset-after-headers', cause: 'reset', status: 200, words: 'ECONNRESET' }),
  mixed({ fault: 'reset-mid-stream', cause: 'reset', status: 200, words: 'ECONNRESET' }),
  mixed({ fault: 'connection-close' }),
]
