/** Errors that name a threshold or an objective as it was written. */
import { ConfigError } from '../config/index.ts'

/** Makes the error for what was written; the caller throws it. */
export type Fail = (why: string) => ConfigError

/** @param written the whole expression, for instance `p99(latncy) < 1s` */
export function failing(kind: 'threshold' | 'objective' | 'regression', written: string): Fail {
  return (why) => new ConfigError(`${kind} "${written}": ${why}`, `${kind}s`)
}
