/** A scenario that may be stored and shown. */
import { maskNamed, secretsIn } from './find.ts'
import { HIDDEN, secretsOf } from './hide.ts'
import { isSecretField, isSecretName } from './names.ts'

/**
 * The same record, with `***` for each value whose name says it is secret, for what is secret in URLs and commands, and
 * wherever one of these values stands again.
 *
 * @param more further names, in lower case
 */
export function redacted<T extends object>(record: T, more: ReadonlySet<string> = new Set()): Record<string, unknown> {
  const shown = withoutNamed(record, more, false) as Record<string, unknown>
  return secretsOf(secretsIn(record, more)).hideIn(shown)
}

function withoutNamed(value: unknown, more: ReadonlySet<string>, isHeaders: boolean): unknown {
  if (typeof value === 'string') return maskNamed(value, more)
  if (Array.isArray(value)) return value.map((one) => withoutNamed(one, more, isHeaders))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const isSecret = isHeaders ? isSecretName(name, more) : isSecretField(name, more)
      if (isSecret && one !== undefined && one !== null) return [name, HIDDEN]
      return [name, withoutNamed(one, more, isHeaders || /^(headers|env|\w+[-_]?headers)$/i.test(name))]
    }),
  )
}
