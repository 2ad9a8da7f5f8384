/** Gamma gaps: `burstiness` below 1 sends bursts with pauses between them, above 1 nears an even rhythm. */
import { gamma as gammaVariate, seeded } from '../../random/index.ts'
import { needRate } from '../rate.ts'
import type { OpenLoop } from './executor.ts'

export const gamma: OpenLoop = {
  kind: 'open',
  name: 'gamma',
  description: 'gaps from a gamma distribution of shape `burstiness` and mean 1/`rate`; 1 is Poisson',
  check: (level) => needRate(level, 'gamma'),
  peak: (level) => level.rate,
  endsMs: (level) => level.durationMs,
  arrivals(level) {
    const random = seeded(level.seed)
    let atMs = 0
    return () => {
      atMs += (gammaVariate(random, level.burstiness) * 1000) / level.rate
      return atMs
    }
  },
}
