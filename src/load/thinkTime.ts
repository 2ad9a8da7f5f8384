/** How long a user thinks before the next turn, drawn from the distribution the scenario names. */
import type { ThinkTime } from '../config/index.ts'
import { exponential, normal, type Random } from '../random/index.ts'

/** One think time, milliseconds, never negative. A log-normal is given by the mean and deviation of the time itself. */
export function drawThinkTime(model: ThinkTime, random: Random): number {
  if (typeof model === 'number') return model
  switch (model.kind) {
    case 'constant':
      return model.meanMs
    case 'uniform':
      return model.minMs + random() * (model.maxMs - model.minMs)
    case 'exponential':
      return model.meanMs * exponential(random)
    case 'normal':
      return Math.max(0, model.meanMs + model.stddevMs * normal(random))
    case 'lognormal': {
      if (model.meanMs === 0) return 0
      const variance = Math.log(1 + (model.stddevMs / model.meanMs) ** 2)
      return Math.exp(Math.log(model.meanMs) - variance / 2 + Math.sqrt(variance) * normal(random))
    }
  }
}
