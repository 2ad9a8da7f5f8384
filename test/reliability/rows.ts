/** What is expected of each fault of the embedded server: the rows of the table in docs/reliability.md, in its order. */
import { expect } from 'vitest'
import { mixed } from './mixed.ts'
import type { FaultRow } from './row.ts'

/** Far enough apart that each finds the same connection at rest. */
const APART_MS = 40
const paced = Array.from({ length: 12 }, (_, i) => i * APART_MS)

/**
 * The two requests that meet it are followed by one that is refused. One at a time, so that on a busy machine that one
 * still comes after the answer that closed the port, whenever it ends; the next comes long after the port is open again.
 */
const OPEN_AGAIN_MS = 3000
const meets = (index: number): boolean => index % 6 === 2
const harms = (index: number): boolean => index % 6 === 3
const aroundRefusal: number[] = []
for (let index = 0, at = 0; index < 12; index++) {
  if (index > 0) at += harms(index - 1) ? OPEN_AGAIN_MS : APART_MS
  aroundRefusal.push(at)
}

export const ROWS: readonly FaultRow[] = [
  // The connection is refused, silent, reset or closed.
  mixed({
    fault: 'refuse',
    cause: 'connect-refused',
    words: 'ECONNREFUSED',
    meets,
    harms,
    options: { timestamps: aroundRefusal, parallel: 1, preconnect: false },
    remark: 'for those that come meanwhile',
  }),
  mixed({ fault: 'silent', cause: 'read-timeout', options: { readTimeout: 1 }, words: 'longer than read-timeout' }),
  mixed({ fault: 'reset-before-headers', cause: 'reset', words: 'ECONNRESET' }),
  mixed({ fault: 'reset-after-headers', cause: 'reset', status: 200, words: 'ECONNRESET' }),
  mixed({ fault: 'reset-mid-stream', cause: 'reset', status: 200, words: 'ECONNRESET' }),
  mixed({ fault: 'connection-close' }),
  mixed({
    fault: 'keep-alive-closed',
    options: { openLoop: true, timestamps: paced, preconnect: false },
  }),
  // The answer ends before it is complete, or in another way than usual.
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
  // HTTP around the answer: how it is cut, framed and announced.
  mixed({ fault: 'drip' }),
  mixed({ fault: 'split-events' }),
  mixed({ fault: 'split-utf8' }),
  mixed({ fault: 'invalid-chunks', cause: 'bad-sse', status: 200 }),
  mixed({ fault: 'header-flood', cause: 'bad-sse' }),
  mixed({ fault: 'continue-100' }),
  mixed({ fault: 'early-hints' }),
  // More than anyone can hold, or an answer without an end.
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
  // The server says no, by its status or within the stream.
  mixed({ fault: 'http-429', cause: 'http-429', status: 429, words: 'Rate limit reached' }),
  mixed({ fault: 'http-500', cause: 'http-5xx', status: 500, words: 'The engine is out of memory' }),
  mixed({ fault: 'error-event', cause: 'server-error-event', status: 200, words: 'CUDA out of memory' }),
  mixed({ fault: 'error-object', cause: 'server-error-event', status: 200, words: 'CUDA out of memory' }),
  // The body is of another kind than was asked for, or lacks something.
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
  // Forms of a stream that are unusual and allowed.
  mixed({ fault: 'crlf' }),
  mixed({ fault: 'bare-cr' }),
  mixed({ fault: 'extra-lines' }),
  mixed({ fault: 'bom' }),
]
