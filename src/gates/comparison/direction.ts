/** Which way a figure gets worse. */
import type { DistributionName, ScalarName } from '../../metrics/index.ts'
import type { Worse } from '../tolerance.ts'
import type { ComparedFigure } from './figureShift.ts'

const BETTER_WHEN_HIGH: readonly (DistributionName | ScalarName)[] = [
  'outputSpeed',
  'decodeSpeed',
  'qps',
  'goodput',
  'goodShare',
  'outputTokensPerSecond',
  'totalTokensPerSecond',
  'successRate',
]

export function worseDirection(figure: ComparedFigure): Worse {
  return BETTER_WHEN_HIGH.includes(figure.kind === 'scalar' ? figure.name : figure.metric) ? 'lower' : 'higher'
}
