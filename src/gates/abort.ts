/** When a broken threshold stops the load: `abortOnFail` and `delayAbortEval`, as in k6, or `abort after 10 s` in text. */
import { suggestion } from '../config/index.ts'
import type { Fail } from './fail.ts'
import type { AbortingCondition } from './keys.ts'
import { parseLimit } from './quantity.ts'

/** What is written for one figure, taken apart. */
export interface WrittenCondition {
  /** Without what it says of stopping. */
  text: string
  /** The load stops when the condition is broken, this long after the start of the measured phase at the earliest. */
  abortAfterMs: number | undefined
}

const FIELDS: readonly (keyof AbortingCondition)[] = ['threshold', 'abortOnFail', 'delayAbortEval']

/**
 * Reads a condition in either of its forms.
 *
 * @throws what `fail` makes, when it is neither, or a field or the delay is wrong
 */
export function readCondition(written: unknown, fail: Fail): WrittenCondition {
  if (typeof written === 'string') return cutAbort(written, fail)
  if (typeof written !== 'object' || written === null || Array.isArray(written) || !('threshold' in written))
    throw fail(
      `expected a condition like "<= 1.5 s", or { threshold: "<= 1.5 s", abortOnFail: true }, got ${JSON.stringify(written) ?? String(written)}`,
    )
  for (const field of Object.keys(written))
    if (!(FIELDS as readonly string[]).includes(field))
      throw fail(`unknown field "${field}"${suggestion(field, FIELDS)}`)
  const { threshold, abortOnFail = false, delayAbortEval } = written as { [field: string]: unknown }
  if (typeof threshold !== 'string')
    throw fail(`"threshold": expected a condition like "<= 1.5 s", got ${JSON.stringify(threshold)}`)
  if (typeof abortOnFail !== 'boolean')
    throw fail(`"abortOnFail": expected true or false, got ${JSON.stringify(abortOnFail)}`)
  const { text, abortAfterMs } = cutAbort(threshold, fail)
  if (abortAfterMs !== undefined)
    throw fail('"abort" stands in the condition itself; beside "threshold" write abortOnFail: true')
  if (delayAbortEval === undefined) return { text, abortAfterMs: abortOnFail ? 0 : undefined }
  if (!abortOnFail) throw fail('"delayAbortEval" delays nothing without abortOnFail: true')
  if (typeof delayAbortEval !== 'string')
    throw fail(`"delayAbortEval": expected a time such as "10 s", got ${JSON.stringify(delayAbortEval)}`)
  return { text, abortAfterMs: delay(delayAbortEval, 'delayAbortEval', fail) }
}

/** Cuts `abort` or `abort after 10 s` from the end. */
export function cutAbort(written: string, fail: Fail): WrittenCondition {
  const [, text, after] = /^(.*?)\babort(?:\s+after\b(.*))?\s*$/s.exec(written) ?? []
  if (text === undefined) return { text: written, abortAfterMs: undefined }
  return { text, abortAfterMs: after === undefined ? 0 : delay(after, 'abort after', fail) }
}

function delay(text: string, subject: string, fail: Fail): number {
  return parseLimit(text, 'time', subject, fail).value
}
