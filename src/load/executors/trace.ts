/** Replays recorded arrival times. */
import { ConfigError } from '../../config/errors.ts'
import type { OpenLoop } from './executor.ts'

export const trace: OpenLoop = {
  kind: 'open',
  name: 'trace',
  description: 'arrivals at the given `timestamps`, milliseconds from the start',
  check(level) {
    if (level.timestamps.length === 0)
      throw new ConfigError('option "timestamps": executor "trace" needs them', 'timestamps')
    for (let i = 1; i < level.timestamps.length; i++)
      if (level.timestamps[i]! < level.timestamps[i - 1]!)
        throw new ConfigError(
          `option "timestamps": value ${i + 1} is earlier than the one before it; sort them`,
          'timestamps',
        )
  },
  peak(level) {
    const spanMs = level.timestamps.at(-1)! - level.timestamps[0]!
    return spanMs > 0 ? (level.timestamps.length * 1000) / spanMs : level.timestamps.length
  },
  endsMs: (level) => level.durationMs,
  arrivals(level) {
    let index = 0
    return () => level.timestamps[index++] ?? Number.POSITIVE_INFINITY
  },
}
