/** Capacity: the criteria of a search, whether a level of load meets them, and the gate on what was found. */
import { ConfigError } from '../config/index.ts'
import type { MetricsView, Quantity } from '../metrics/index.ts'
import type { ThresholdResult } from '../result/index.ts'
import { holds } from './condition.ts'
import { evaluate, type GateView, measure } from './evaluate.ts'
import { failing, type ParsedCapacityGate, type ParsedThreshold } from './gate.ts'
import type { CriterionRecord } from './keys.ts'
import { valueText } from './message.ts'
import { parseLimits } from './parse.ts'
import { betterOf, parseKey, quantityOf, type Statistic, tellsFailures } from './statistic.ts'
import { type MinSuccessRate, minSuccessOf } from './verdict.ts'

/** All conditions hold, at the highest level there is; or the best value of one statistic, at whichever level. */
export type Criterion = {
  /** Least share of a level's requests that must succeed, 0 to 1; a criterion on failures decides by itself. */
  leastSuccess: number
} & (
  | { kind: 'limit'; expression: string; conditions: readonly ParsedThreshold[] }
  | { kind: 'optimum'; expression: string; key: string; statistic: Statistic; quantity: Quantity; mode: 'max' | 'min' }
)

/**
 * Reads `slaParams`. Keys are those of thresholds, EvalScope's among them; a time without a unit is in seconds, as there.
 *
 * @param minSuccessRate of the scenario; absent: a level at which a request fails meets no criterion
 * @throws ConfigError naming the criterion as written, when a statistic, an operator, a number or a unit is wrong, when
 *   its conditions contradict each other or hold a throughput down or a latency up, or when `max` or `min` is not alone
 */
export function parseCriteria(
  params: readonly CriterionRecord[] | CriterionRecord | undefined,
  minSuccessRate?: MinSuccessRate,
): Criterion[] {
  const records = params === undefined ? [] : ([params].flat() as CriterionRecord[])
  if (records.length === 0)
    throw new ConfigError(
      'option "slaParams": missing; say what must hold, for instance [{"p99_latency":"<=2"}]',
      'slaParams',
    )
  const leastSuccess = minSuccessRate === undefined ? 1 : (minSuccessOf(minSuccessRate, [])?.threshold.limit ?? 0)
  return records.map((record) => parseCriterion(record, leastSuccess))
}

function parseCriterion(record: CriterionRecord, leastSuccess: number): Criterion {
  const entries = Object.entries(record)
  if (entries.length === 0) throw new ConfigError('option "slaParams": a criterion without a condition', 'slaParams')
  const extreme = entries.find(([, condition]) => isMode(condition))
  if (extreme !== undefined) {
    if (entries.length > 1)
      throw failing(
        'criterion',
        `${extreme[0]} ${extreme[1].trim()}`,
      )('it must be alone in its object; a best value and a limit are two searches')
    return parseOptimum(...extreme, leastSuccess)
  }
  const conditions = parseLimits(record)
  for (const condition of conditions) refuseWrongWay(condition)
  const expression = conditions.map((condition) => condition.expression).join(' and ')
  return { kind: 'limit', expression, conditions, leastSuccess }
}

function parseOptimum(key: string, text: string, leastSuccess: number): Criterion {
  const fail = failing('criterion', `${key} ${text.trim()}`)
  const mode = text.trim() as 'max' | 'min'
  const statistic = parseKey(key, fail)
  const quantity = quantityOf(statistic)
  const sensible = betterOf(statistic) === 'lower' ? 'min' : 'max'
  if (mode !== sensible)
    throw fail(`the best value is the ${sensible === 'min' ? 'smallest' : 'largest'}: "${sensible}"`)
  const expression = `${key.trim()} -> ${mode}`
  return { kind: 'optimum', expression, key: key.trim(), statistic, quantity, mode, leastSuccess }
}

/** As the load rises a latency rises: "at least" would hold at every level above one, so there is no highest. */
function refuseWrongWay({ expression, key, statistic, operator }: ParsedThreshold): void {
  const fail = failing('criterion', expression)
  if (operator === '==') throw fail('a search needs <, <=, > or >=')
  const isUpper = operator === '<' || operator === '<='
  const better = betterOf(statistic)
  if (better === 'lower' && !isUpper) throw fail(`${key} gets worse upwards; write <= or <`)
  if (better === 'higher' && isUpper) throw fail(`${key} gets worse downwards; write >= or >`)
}

function isMode(condition: unknown): condition is 'max' | 'min' {
  return typeof condition === 'string' && /^\s*(max|min)\s*$/.test(condition)
}

/** One level: what each of its runs has measured. */
export interface LevelViews {
  level: number
  runs: readonly MetricsView[]
}

/** The value of one statistic at a level; null when a run has not measured it. */
export interface CriterionValue {
  key: string
  /** In the statistic's own unit, averaged over the runs. */
  value: number | null
}

/**
 * Whether a level meets a criterion.
 *
 * A level with a failed request does not, whatever its latencies are, unless the criterion, or `minSuccessRate`, says how
 * many may fail.
 * Neither does one at which a statistic was not measured.
 */
export function meets(criterion: Criterion, statistics: LevelViews): boolean {
  if (criterion.kind === 'optimum') return !hasFailures(criterion, statistics.runs)
  if (!judgesFailures(criterion) && hasFailures(criterion, statistics.runs)) return false
  return criterion.conditions.every(({ statistic, operator, limit }) => {
    const value = averageOf(statistic, statistics)
    return value !== null && holds(value, operator, limit)
  })
}

/** Whether the criterion decides by itself how many requests may fail. */
function judgesFailures(criterion: Criterion): boolean {
  return criterion.kind === 'limit' && criterion.conditions.some(({ statistic }) => tellsFailures(statistic))
}

/** The value of an optimum at a level; null where a request failed or nothing was measured. */
export function optimumValue(
  criterion: Extract<Criterion, { kind: 'optimum' }>,
  statistics: LevelViews,
): number | null {
  return hasFailures(criterion, statistics.runs) ? null : averageOf(criterion.statistic, statistics)
}

/** Every statistic the criterion is about. */
export function valuesOf(criterion: Criterion, statistics: LevelViews): CriterionValue[] {
  const about = criterion.kind === 'optimum' ? [criterion] : criterion.conditions
  return about.map(({ key, statistic }) => ({ key, value: averageOf(statistic, statistics) }))
}

/** Whether one run shows that its level meets none of the criteria, whatever others would say: too many requests failed. */
export function isSettledBy(criteria: readonly Criterion[], view: MetricsView): boolean {
  return noneSent(view) || criteria.every((criterion) => !judgesFailures(criterion) && hasFailures(criterion, [view]))
}

/** More than may fail, in one of the runs. */
function hasFailures({ leastSuccess }: Criterion, runs: readonly MetricsView[]): boolean {
  return runs.some((view) => {
    const [succeeded, total] = [view.scalar('succeededRequests') ?? 0, view.scalar('totalRequests') ?? 0]
    return noneSent(view) || succeeded < leastSuccess * total
  })
}

function noneSent(view: MetricsView): boolean {
  return (view.scalar('totalRequests') ?? 0) === 0
}

function averageOf(statistic: Statistic, { runs }: LevelViews): number | null {
  let sum = 0
  for (const view of runs) {
    const { value } = measure(statistic, view)
    if (value === null) return null
    sum += value
  }
  return runs.length === 0 ? null : sum / runs.length
}

/** What a search found for one criterion. */
export interface Found {
  criterion: string
  /** null: not even the lower bound meets it. */
  level: number | null
  /** The upper bound met it: the capacity may be higher. */
  atUpperBound: boolean
  /** Why the search could not be finished; undefined: it was. */
  unfinished: string | undefined
}

/** Judges the gate for every criterion that was searched. A search that was not finished decides nothing it did not reach. */
export function judgeCapacity(gate: readonly ParsedCapacityGate[], found: readonly Found[]): ThresholdResult[] {
  return found.flatMap((one) =>
    gate.map((condition): ThresholdResult => {
      const { verdict, value, limit, n, message } = evaluate(condition, viewOfSearch(one))
      const { expression, unit } = condition
      return { expression: `${expression} (${one.criterion})`, actual: value, limit, unit, n, verdict, message }
    }),
  )
}

function viewOfSearch({ criterion, level, atUpperBound, unfinished }: Found): GateView<ParsedCapacityGate> {
  return {
    read(gate) {
      const value = level ?? 0
      // Where the search stopped before it reached a level that does not meet the criterion, the capacity is at least this.
      const isLeast = atUpperBound || unfinished !== undefined
      const why = unfinished ?? (atUpperBound ? 'slaUpperBound was reached' : undefined)
      return {
        value,
        n: 1,
        interval: { low: value, high: isLeast ? null : value },
        told: {
          shown: level === null ? 'none' : `${valueText(gate, value)}${isLeast ? ' or more' : ''}`,
          facts: [`with ${criterion}`, ...(why === undefined ? [] : [why])],
        },
      }
    },
  }
}
