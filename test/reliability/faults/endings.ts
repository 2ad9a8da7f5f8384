/** The answer ends before it is complete, or in another way than usual. */
import { expect } from 'vitest'
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const endings: FaultRow[] = [
  mixed({ fault: 'close-mid-stream', cause: 'stream-truncated', status: 200 }),
  mixed({
    fault: 'end-mid-stream',
    cause: 'stream-truncated',
    status: 200,
    words: 'without finish_reason or [DONE]',
    check: (faulty) => expect(faulty.map((row) => row['n_chunks'])).toEqual([3, 3, 3, 3]),
  }),
  mixed({ fault: 'half-close', cause: 'stream-truncated', status: 200 }),
  mixed({ fault: 'no-done', remark: 'its `finish_reason` says that it is whole' }),
  mixed({ fault: 'http-1.0' }),
  mixed({ fault: 'http-1.0-cut', cause: 'stream-truncated', status: 200, words: 'without finish_reason or [DONE]' }),
  mixed({ fault: 'short-body', cause: 'stream-truncated', status: 200 }),
]
