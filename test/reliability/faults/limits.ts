/** More than anyone can hold, or an answer without an end. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const limits: FaultRow[] = [
  mixed({ fault: 'huge-event', cause: 'bad-sse', status: 200, words: 'larger than max-event-bytes (33554432)' }),
  mixed({
    fault: 'endless-line',
    cause: 'bad-sse',
    status: 200,
    words: 'larger than max-event-bytes (1000000)',
    options: { maxEventBytes: 1_000_000 },
  }),
  mixed({ fault: 'endless', cause: 'total-timeout', status: 200, options: { totalTimeout: 1 } }),
  mixed({ fault: 'endless-comments', cause: 'total-timeout', status: 200, options: { totalTimeout: 1 } }),
]
