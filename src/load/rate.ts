/** The check that open-loop executors share: a rate to follow, and an end. */
import { ConfigError } from '../config/errors.ts'
import type { Level } from './level.ts'

export function needRate(level: Level, executor: string): void {
  if (level.rate <= 0)
    throw new ConfigError(`option "rate": executor "${executor}" needs one, requests per second`, 'rate')
  if (level.number === Number.POSITIVE_INFINITY && level.durationMs === Number.POSITIVE_INFINITY)
    throw new ConfigError(`option "number": executor "${executor}" needs a number or a duration`, 'number')
}
