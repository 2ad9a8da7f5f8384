/** EvalScope's closed loop: `number` requests shared by `parallel` connections, each sending as soon as it is free. */
import { ConfigError } from '../../config/errors.ts'
import type { ClosedLoop } from './executor.ts'

export const sharedIterations: ClosedLoop = {
  kind: 'closed',
  name: 'shared-iterations',
  description: '`number` requests over `parallel` connections, each sending again as soon as it is free',
  check(level) {
    if (level.number === Number.POSITIVE_INFINITY && level.durationMs === Number.POSITIVE_INFINITY)
      throw new ConfigError('option "number": executor "shared-iterations" needs a number or a duration', 'number')
  },
  peak: (level) => level.parallel,
  concurrencyAt: (level) => level.parallel,
  endsMs: (level) => level.durationMs,
}
