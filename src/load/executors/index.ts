/** Every arrival pattern; adding one is one file and one line here (and its name in the config schema). */
import type { ExecutorName } from '../../config/index.ts'
import { constantArrivalRate } from './constantArrivalRate.ts'
import { constantConcurrency } from './constantConcurrency.ts'
import { conversations } from './conversations.ts'
import type { Executor } from './executor.ts'
import { gamma } from './gamma.ts'
import { poisson } from './poisson.ts'
import { rampingConcurrency } from './rampingConcurrency.ts'
import { rampingRate } from './rampingRate.ts'
import { sharedIterations } from './sharedIterations.ts'
import { trace } from './trace.ts'

export type { ClosedLoop, Conversations, Executor, OpenLoop } from './executor.ts'

export const EXECUTOR_LIST: readonly Executor[] = [
  sharedIterations,
  constantConcurrency,
  constantArrivalRate,
  poisson,
  gamma,
  rampingConcurrency,
  rampingRate,
  trace,
  conversations,
]

export function executorNamed(name: ExecutorName): Executor {
  return EXECUTOR_LIST.find((executor) => executor.name === name)!
}
