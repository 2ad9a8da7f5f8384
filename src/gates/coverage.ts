/** A metric that too many answers lack is not one of the run: a gate on it does not pass. */
import type { Coverage, MetricsView } from '../metrics/index.ts'
import type { ParsedRegression, RegressionResult } from './comparison/index.ts'
import type { Figure } from './figure.ts'
import { formatCount } from './format.ts'

/** Share of the answers that could have a metric and may lack it. */
const MOST_LACKING = 0.01

/** How many answers have the metric of a figure, where too few of those have it that could. */
export function lackOf(figure: Figure, view: Pick<MetricsView, 'coverage'>): Coverage | undefined {
  const coverage = 'metric' in figure ? view.coverage(figure.metric) : undefined
  return coverage !== undefined && coverage.of - coverage.measured > MOST_LACKING * coverage.of ? coverage : undefined
}

/** @param whose the side of a comparison, as in `of the candidate` */
export function lackMessage(expression: string, metric: string, { measured, of }: Coverage, whose = ''): string {
  return `${expression}: only ${formatCount(measured)} of ${formatCount(of)} answers${whose} that could have ${metric} have it; what was not measured does not pass`
}

/** Fails each regression that would pass although one of the sides lacks its metric. */
export function withCoverage(
  judged: readonly RegressionResult[],
  regressions: readonly ParsedRegression[],
  sides: Readonly<Record<string, Pick<MetricsView, 'coverage'>>>,
): RegressionResult[] {
  return judged.map((result, i) => {
    const { figure } = regressions[i]!
    if (result.verdict === 'fail' || !('metric' in figure)) return result
    for (const [name, view] of Object.entries(sides)) {
      const coverage = lackOf(figure as Figure, view)
      if (coverage !== undefined)
        return {
          ...result,
          verdict: 'fail',
          message: lackMessage(result.expression, figure.metric, coverage, ` of the ${name}`),
        }
    }
    return result
  })
}
