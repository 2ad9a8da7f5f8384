/** From what undici, Node or the server reports to one cause of the closed list. */
import type { FailureCause } from '../samples/index.ts'

const CODES: Record<string, FailureCause> = {
  ECONNREFUSED: 'connect-refused',
  EADDRNOTAVAIL: 'connect-refused',
  ENETUNREACH: 'connect-refused',
  EHOSTUNREACH: 'connect-refused',
  EACCES: 'connect-refused',
  EPERM: 'connect-refused',
  EMFILE: 'no-descriptors',
  ENFILE: 'no-descriptors',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  ETIMEDOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'read-timeout',
  UND_ERR_BODY_TIMEOUT: 'read-timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'cancelled',
  UND_ERR_DESTROYED: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ENODATA: 'dns',
  // What a lookup is called that did not end in time.
  ETIMEOUT: 'dns',
  PERFGATE_PROXY: 'proxy',
}

/** The cause of a request that ended in an error before its answer was complete. */
export function classifyError(error: Error): FailureCause {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    // What llhttp cannot read is not a server-sent event stream either.
    if (cause.name === 'HTTPParserError') return 'bad-sse'
    const code = (cause as { code?: unknown }).code
    if (typeof code !== 'string') continue
    if (Object.hasOwn(CODES, code)) return CODES[code]!
    if (
      /^ERR_(TLS|SSL|OSSL)|CERT|SELF_SIGNED|UNABLE_TO_|EPROTO$|^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/.test(
        code,
      )
    )
      return 'tls'
    if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return 'bad-sse'
    if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'bad-sse'
    if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return classifyError(cause.errors[0])
  }
  return 'reset'
}

/** The cause of an answer with a status other than 2xx. */
export function classifyStatus(status: number): FailureCause {
  if (status === 429) return 'http-429'
  // It is not followed: what it leads to is not the endpoint under test.
  if (status < 400) return 'redirect'
  // Only a proxy asks for this one.
  if (status === 407) return 'proxy'
  return status >= 500 ? 'http-5xx' : 'http-4xx'
}
