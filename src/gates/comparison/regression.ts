/** Reads the `regressions` of a comparison: which figures may become how much worse. */
import { ConfigError } from '../../config/index.ts'
import { type AliasOf, factsOf, type MetricsWith, type Quantity, SCALAR_NAMES } from '../../metrics/index.ts'
import { type Fail, failing } from '../fail.ts'
import { countsGood, type Figure, parseKey, quantityOf, worseDirection } from '../figure.ts'
import { speaksOfFailures } from '../minSuccess.ts'
import { parseTolerance, type Tolerance, type Worse } from '../tolerance.ts'
import type { ComparedFigure } from './figureShift.ts'

/** Metrics of requests that can be compared. */
export type ComparedMetric = MetricsWith<{ compare: 'quantile' }>

/** Figures of a whole run that can be compared. */
export type ComparedScalar = MetricsWith<{ compare: 'ratio' | 'share' }>

/** For instance `p50(latency)`, `p99(ttft)`, `avg(tpot)`, `qps`. The number of a percentile is checked at run time. */
export type RegressionKey =
  | `${`p${number}` | 'avg' | 'mean' | 'med'}(${ComparedMetric | AliasOf<ComparedMetric>})`
  | ComparedScalar
  | AliasOf<ComparedScalar>

/** How much worse figures may become, for instance `{ 'p50(latency)': '5 %', 'p99(ttft)': '10 %', qps: '3 %' }`. */
export type Regressions = { readonly [Key in RegressionKey]?: string }

export interface ParsedRegression {
  /** For reports, for instance `p50(latency) 5 %`. */
  expression: string
  /** As written. */
  key: string
  figure: ComparedFigure
  quantity: Quantity
  worse: Worse
  tolerance: Tolerance
  /** Ours rather than the user's: it can fail a comparison, but nobody waits for it to be decided. */
  isGuard: boolean
}

const SCALARS = SCALAR_NAMES.filter((name) => factsOf(name).compare !== 'none')

/**
 * Reads regressions as the config holds them, and adds a guard of ours: latencies are those of the requests that
 * succeeded, so a candidate whose requests fail more often by over one percentage point fails too.
 *
 * @throws ConfigError naming the regression as written, when its figure or tolerance is wrong, or when there is none
 */
export function parseRegressions(record: Readonly<Record<string, string | undefined>>): ParsedRegression[] {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new ConfigError('option "regressions": expected an object like { "p50(latency)": "5 %" }', 'regressions')
  const parsed = Object.entries(record).flatMap(([key, tolerance]) => {
    if (tolerance === undefined) return []
    const fail = failing('regression', `${key} ${String(tolerance).trim()}`)
    if (typeof tolerance !== 'string') throw fail(`expected a tolerance like "5 %", got ${JSON.stringify(tolerance)}`)
    return parseOne(key, tolerance, fail)
  })
  if (parsed.length === 0)
    throw new ConfigError(
      'option "regressions": nothing to compare; say which figure may become how much worse, for instance { "p50(latency)": "5 %" }',
      'regressions',
    )
  const twice = parsed.find(({ figure }, i) => parsed.findIndex((other) => other.figure.name === figure.name) !== i)
  if (twice !== undefined)
    throw failing('regression', twice.expression)(`${twice.figure.name} has two tolerances; give one`)
  const watched = parsed.some(({ figure }) => speaksOfFailures(figure))
  return watched ? parsed : [...parsed, { ...parseOne('successRate', '1 %', failing('regression', '')), isGuard: true }]
}

/**
 * Turns the CLI's repeated `--regression` expressions, such as `p50(latency) 5 %`, into the `regressions` of a
 * comparison.
 *
 * @throws ConfigError as `parseRegressions` does
 */
export function regressionRecord(expressions: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (const expression of expressions) {
    const [, key = '', tolerance = ''] = /^\s*([^()\s]+(?:\s*\([^()]*\))?)\s*(.*)$/s.exec(expression) ?? []
    if (Object.hasOwn(record, key)) throw failing('regression', expression)(`${key} has two tolerances; give one`)
    record[key] = tolerance
  }
  parseRegressions(record)
  return record
}

/** @throws ConfigError when goodput is to be compared without objectives to count by */
export function requireComparedObjectives(
  regressions: readonly ParsedRegression[],
  objectives: readonly unknown[],
): void {
  const needing = regressions.find(({ figure }) => countsGood(figure))
  if (needing !== undefined && objectives.length === 0)
    throw failing(
      'regression',
      needing.expression,
    )(
      `${needing.key} counts the requests that meet the objectives; add objectives, for instance { "ttft": "<= 200 ms" }`,
    )
}

function parseOne(key: string, text: string, fail: Fail): ParsedRegression {
  const figure = compared(parseKey(key, fail), fail)
  const quantity = quantityOf(figure)
  const worse = worseDirection(figure)
  if (worse === undefined) throw fail(`${figure.name} is neither better nor worse when it changes`)
  const tolerance = parseTolerance(text, quantity, figure.name, worse, fail)
  return {
    expression: `${key.trim()} ${tolerance.text}`,
    key: key.trim(),
    figure,
    quantity,
    worse,
    tolerance,
    isGuard: false,
  }
}

function compared(figure: Figure, fail: Fail): ComparedFigure {
  if (figure.kind === 'scalar') {
    if (SCALARS.includes(figure.name)) return figure
    throw fail(
      `${figure.name} cannot be compared; write one of ${SCALARS.join(', ')}, or a percentile as in p50(latency)`,
    )
  }
  if (figure.kind !== 'percentile' && figure.kind !== 'avg')
    throw fail(`${figure.name} rests on single requests, so its change says little; compare a percentile or avg`)
  if (figure.kind === 'percentile' && (figure.p === 0 || figure.p === 100))
    throw fail(`${figure.name} is a single request; compare a percentile in between, such as p99`)
  const { better, compare } = factsOf(figure.metric)
  if (better === 'neither')
    throw fail(`more or fewer ${figure.metric} are neither better nor worse; compare a time or a speed`)
  if (compare === 'none') throw fail(`${figure.metric} is not the server's time alone; compare latency or ttft`)
  return figure.kind === 'percentile' ? figure : { ...figure, kind: 'avg' }
}
