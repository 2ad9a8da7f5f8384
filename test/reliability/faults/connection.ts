/** The connection is refused, silent, reset or closed. */
import { mixed } from '../mixed.ts'
import type { FaultRow } from '../row.ts'

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

export const connection: FaultRow[] = [
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
]
