/** The closed list of failure causes: every failed request has exactly one of these. */

export const FAILURE_CAUSES = [
  'connect-refused',
  'connect-timeout',
  'read-timeout',
  'total-timeout',
  'reset',
  'tls',
  'dns',
  'http-4xx',
  'http-429',
  'http-5xx',
  'bad-sse',
  'bad-json',
  'server-error-event',
  'stream-truncated',
  'no-output',
  'cancelled',
  'redirect',
  'proxy',
  'no-descriptors',
] as const

export type FailureCause = (typeof FAILURE_CAUSES)[number]
