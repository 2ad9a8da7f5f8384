/** The body is of another kind than was asked for, or lacks something. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

export const body: FaultRow[] = [
  mixed({ fault: 'gzip' }),
  mixed({ fault: 'br' }),
  mixed({ fault: 'bad-gzip', cause: 'bad-sse', status: 200 }),
  mixed({ fault: 'unknown-encoding', cause: 'bad-sse', status: 200, words: 'rot13' }),
  mixed({ fault: 'plain-content-type', remark: 'the bytes are a stream, whatever they are called' }),
  mixed({ fault: 'json-content-type', remark: 'the bytes are a stream, whatever they are called' }),
  mixed({ fault: 'html', cause: 'bad-sse', status: 200, words: 'Please log in' }),
  mixed({ fault: 'bad-json', cause: 'bad-json', status: 200 }),
  mixed({ fault: 'null-fields', morePackages: 3 }),
  mixed({ fault: 'no-usage', estimated: true, remark: 'tokens are counted by the tokenizer and marked as estimated' }),
  mixed({ fault: 'usage-at-end' }),
]
