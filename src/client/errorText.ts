/** The words that are kept with a failed request. */
import type { FailureCause } from '../samples/index.ts'

const ABORT_TEXT: Partial<Record<FailureCause, string>> = {
  'read-timeout': 'the server was silent for longer than read-timeout',
  'total-timeout': 'the request took longer than total-timeout',
  cancelled: 'the run was stopped before the answer was complete',
}
/** What OpenSSL makes of an answer that is no TLS. */
const NOT_TLS = /wrong version number|packet length too long|http request|https proxy request|unknown protocol/i
/** The first byte of a TLS alert or handshake, which no answer of HTTP begins with. */
const TLS_BYTES: readonly unknown[] = [0x15, 0x16]

/** Why we ended a request ourselves. */
export function abortText(cause: FailureCause): string {
  return ABORT_TEXT[cause] ?? cause
}

/** The message of an error, with its code where the message does not say it. */
export function describeError(error: Error): string {
  const { code } = error as { code?: unknown }
  const words = wrongProtocol(error)
  if (words !== undefined) return words
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}

/** In words, that one side speaks TLS and the other does not; undefined for every other error. */
export function wrongProtocol(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  const isTls = typeof code === 'string' && /^ERR_SSL|^EPROTO$/.test(code)
  if (isTls && NOT_TLS.test(error.message))
    return 'the server does not speak TLS on this port; write http:// in place of https://'
  const { rawPacket } = error as { rawPacket?: unknown }
  if (rawPacket instanceof Uint8Array && TLS_BYTES.includes(rawPacket[0]))
    return 'the server speaks TLS on this port; write https:// in place of http://'
  return undefined
}
