/** The words that are kept with a failed request. */
import type { FailureCause } from '../samples/index.ts'

const ABORT_TEXT: Partial<Record<FailureCause, string>> = {
  'read-timeout': 'the server was silent for longer than read-timeout',
  'total-timeout': 'the request took longer than total-timeout',
  cancelled: 'the run was stopped before the answer was complete',
}

/** Why we ended a request ourselves. */
export function abortText(cause: FailureCause): string {
  return ABORT_TEXT[cause] ?? cause
}

/** The message of an error, with its code where the message does not say it. */
export function describeError(error: Error): string {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}
