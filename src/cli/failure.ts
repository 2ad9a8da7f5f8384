/** Any error as a message and an exit code. */
import { ConfigError, EndpointError } from '../config/index.ts'

const FAILED = 1
const WRONG_USAGE = 2
const NO_ENDPOINT = 3

export function codeOf(error: unknown): number {
  if (error instanceof ConfigError) return WRONG_USAGE
  return error instanceof EndpointError ? NO_ENDPOINT : FAILED
}

/** Errors a user can cause have a name of ours and tell the whole story; of others the stack is needed too. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForeign = ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name)
  return isForeign ? (error.stack ?? error.message) : error.message
}
