/** The server says no, by its status or within the stream. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const refusals: FaultRow[] = [
  mixed({ fault: 'http-429', cause: 'http-429', status: 429, words: 'Rate limit reached' }),
  mixed({ fault: 'http-500', cause: 'http-5xx', status: 500, words: 'The engine is out of memory' }),
  mixed({ fault: 'error-event', cause: 'server-error-event', status: 200, words: 'CUDA out of memory' }),
  mixed({ fault: 'error-object', cause: 'server-error-event', status: 200, words: 'CUDA out of memory' }),
]
