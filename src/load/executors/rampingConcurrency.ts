/** Requests in flight follow `stages`: linear from each stage's end to the next one's target. */
import { needStages, stagesEndMs, stagesPeak, stageValueAt } from '../stages.ts'
import type { ClosedLoop } from './executor.ts'

export const rampingConcurrency: ClosedLoop = {
  kind: 'closed',
  name: 'ramping-concurrency',
  description: 'requests in flight follow `stages`, from `parallel` at the start',
  check: (level) => needStages(level, 'ramping-concurrency'),
  peak: (level) => Math.ceil(stagesPeak(level.stages, level.parallel)),
  concurrencyAt: (level, elapsedMs) => Math.round(stageValueAt(level.stages, level.parallel, elapsedMs)),
  endsMs: (level) => Math.min(level.durationMs, stagesEndMs(level.stages)),
}
