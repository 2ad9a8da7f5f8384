/** `parallel` requests in flight for `duration`. */
import { ConfigError } from '../../config/errors.ts'
import type { ClosedLoop } from './executor.ts'

export const constantConcurrency: ClosedLoop = {
  kind: 'closed',
  name: 'constant-concurrency',
  description: '`parallel` requests in flight for `duration` seconds',
  check(level) {
    if (level.durationMs === Number.POSITIVE_INFINITY)
      throw new ConfigError('option "duration": executor "constant-concurrency" needs one', 'duration')
  },
  peak: (level) => level.parallel,
  concurrencyAt: (level) => level.parallel,
  endsMs: (level) => level.durationMs,
}
