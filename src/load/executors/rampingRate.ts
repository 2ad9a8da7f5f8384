/** The arrival rate follows `stages`; the i-th request is due when the integral of the rate reaches i. */
import { needStages, stagesEndMs, stagesPeak, timeOfCount } from '../stages.ts'
import type { OpenLoop } from './executor.ts'

export const rampingRate: OpenLoop = {
  kind: 'open',
  name: 'ramping-rate',
  description: 'arrivals per second follow `stages`, from `rate` (or 0) at the start',
  check: (level) => needStages(level, 'ramping-rate'),
  peak: (level) => stagesPeak(level.stages, Math.max(0, level.rate)),
  endsMs: (level) => Math.min(level.durationMs, stagesEndMs(level.stages)),
  arrivals(level) {
    let index = 0
    return () => timeOfCount(level.stages, Math.max(0, level.rate), ++index)
  },
}
