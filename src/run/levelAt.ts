/** One level of load that a search or a sweep asks for. */
import type { ResolvedConfig } from '../config/index.ts'
import { levelsOf, type RunLevel } from '../load/index.ts'

export interface WantedLevel {
  variable: 'parallel' | 'rate'
  value: number
  /** Requests to send; undefined: as many as fit in the scenario's duration. */
  number: number | undefined
  /** With a rate: requests in flight at most. */
  parallel: number
  /** Put into file names. */
  label: string
  /** Requests that were sent before: the level goes on with the next prompt, so that a prompt cache does not answer. */
  sentBefore: number
}

/** @throws ConfigError when an executor lacks what it needs */
export function levelAt(
  config: ResolvedConfig,
  { variable, value, number, parallel, label, sentBefore }: WantedLevel,
): RunLevel {
  const one: ResolvedConfig = {
    ...config,
    ...(variable === 'parallel' ? { parallel: value, rate: -1, openLoop: false } : { rate: value, parallel }),
    number,
  }
  const [{ level, warmup }] = levelsOf(one) as [RunLevel]
  return { level: { ...level, firstBody: sentBefore }, warmup, label }
}
