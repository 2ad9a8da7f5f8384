/** The errors a user can cause; each says what was wrong, where, and what to do, and repeats no secret. */
import { secretsOf } from '../secrets/index.ts'

/** Wrong usage or configuration, found before any request was sent. The CLI exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The option at fault, in camelCase, where one can be named. */
  readonly option: string | undefined
  /** Where in what was given, from the option on: `['stages', 0, 'target']`. */
  readonly path: readonly PropertyKey[]

  constructor(message: string, option?: string, path?: readonly PropertyKey[]) {
    super(secretsOf([]).hide(message))
    this.option = option
    this.path = path ?? (option === undefined ? [] : [option])
  }
}

/** The endpoint did not answer the connection test. The CLI exits with 3. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(secretsOf([]).hide(message))
    this.status = status
  }
}
