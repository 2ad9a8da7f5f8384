/** The errors a user can cause: what was wrong, where, what was meant, and no secret. */
import leven from 'leven'
import { printable, secretsOf } from '../secrets/index.ts'

/**
 * The base of perfgate's errors. The message says everything; the details beside it are for code.
 *
 * Node prints every enumerable property below an error, and Vitest every property of one without `toJSON`: thousands of
 * characters that the message has said already. A message may quote a server or a file: test frameworks print it as it is.
 */
export abstract class PerfgateError extends Error {
  /** @param details further properties, which are not enumerable */
  constructor(name: string, message: string, details: object = {}) {
    super(printable(message))
    for (const [key, value] of Object.entries({ name, ...details }))
      Object.defineProperty(this, key, { value, configurable: true, writable: true })
  }

  /** What a test framework takes along. */
  toJSON(): { name: string; message: string; stack: string } {
    const { name, message, stack = '' } = this
    return { name, message, stack }
  }
}

/** Wrong usage or configuration, found before any request was sent. The CLI exits with 2. */
export class ConfigError extends PerfgateError {
  declare readonly name: 'ConfigError'
  /** The option at fault, in camelCase, where one can be named. */
  declare readonly option: string | undefined
  /** Where in what was given, from the option on: `['stages', 0, 'target']`. */
  declare readonly path: readonly PropertyKey[]

  constructor(message: string, option?: string, path?: readonly PropertyKey[]) {
    super('ConfigError', secretsOf([]).hide(message), { option, path: path ?? (option === undefined ? [] : [option]) })
  }
}

/** The endpoint did not answer the connection test. The CLI exits with 3. */
export class EndpointError extends PerfgateError {
  declare readonly name: 'EndpointError'
  declare readonly status: number | undefined

  constructor(message: string, status?: number) {
    super('EndpointError', secretsOf([]).hide(message), { status })
  }
}

/** The nearest of `known` to `name` by edit distance, or undefined when nothing is near enough to be a typo. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length * 0.4))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = leven(wanted, candidate.toLowerCase())
    // As many changes as letters: the two have nothing in common, as `-n` and `--ca`.
    if (distance < bestDistance && distance < Math.max(wanted.length, candidate.length)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `, did you mean "x"?` or, where nothing is near, the list of what exists. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? `; known: ${known.join(', ')}` : `, did you mean "${near}"?`
}
