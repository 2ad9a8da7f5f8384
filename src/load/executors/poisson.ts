/** EvalScope's `--rate`: independent users, so exponential gaps; absolute times, so lateness never accumulates. */
import { exponential, seeded } from '../../random/index.ts'
import { needRate } from '../rate.ts'
import type { OpenLoop } from './executor.ts'

export const poisson: OpenLoop = {
  kind: 'open',
  name: 'poisson',
  description: 'independent arrivals: exponential gaps with mean 1/`rate`',
  check: (level) => needRate(level, 'poisson'),
  peak: (level) => level.rate,
  endsMs: (level) => level.durationMs,
  arrivals(level) {
    const random = seeded(level.seed)
    let atMs = 0
    return () => {
      atMs += (exponential(random) * 1000) / level.rate
      return atMs
    }
  },
}
