/** One request every 1/rate seconds, whatever the answers do. */
import { needRate } from '../rate.ts'
import type { OpenLoop } from './executor.ts'

export const constantArrivalRate: OpenLoop = {
  kind: 'open',
  name: 'constant-arrival-rate',
  description: 'one request every 1/`rate` seconds',
  check: (level) => needRate(level, 'constant-arrival-rate'),
  peak: (level) => level.rate,
  endsMs: (level) => level.durationMs,
  arrivals(level) {
    let index = 0
    // Multiplying, not adding up, keeps the millionth arrival exact.
    return () => (index++ * 1000) / level.rate
  },
}
