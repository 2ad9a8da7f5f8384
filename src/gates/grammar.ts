/** Reads thresholds once, before the run: what they are about, what must hold, and whether that is possible at all. */
import { ConfigError } from '../config/index.ts'
import type { Quantity } from '../metrics/index.ts'
import { cutAbort, readCondition } from './abort.ts'
import { contradiction, type Operator, type ParsedCondition, parseCondition, splitConditions } from './condition.ts'
import { failing } from './fail.ts'
import { countsGood, type Figure, parseKey, quantityOf } from './figure.ts'
import type { AbortingCondition, Condition } from './keys.ts'
import { QUANTITIES } from './quantity.ts'
import { cutScope, type Scope } from './scope.ts'

/** One condition on one figure. */
export interface ParsedThreshold {
  /** For reports, for instance `p99(latency) <= 1.5 s`. */
  expression: string
  /** As written, for instance `p99(latency)` or `p99_latency`. */
  key: string
  figure: Figure
  quantity: Quantity
  operator: Operator
  /** In `unit`. */
  limit: number
  /** The figure's own unit: `ms`, `s`, `share` (0 to 1), `/s`, `tok/s`, `tokens`, or `` for counts. */
  unit: string
  /** As written, for instance `1.5 s`. */
  limitText: string
  /** The unit as written, in which the figure is best shown beside its limit. */
  limitUnit: string
  /** The part of the run it is about; absent: all of it. */
  scope?: Scope
  /** The load stops when it is broken, so many milliseconds after its start at the earliest; absent: it goes on. */
  abortAfterMs?: number
}

/** Thresholds as the config holds them, their keys not yet checked. `Thresholds` is one of these. */
export type ThresholdRecord = Readonly<Record<string, Written | readonly Written[] | undefined>>

type Written = Condition | LooseAbortingCondition

/** As zod types it: a field that is absent may be undefined too. */
type LooseAbortingCondition = { readonly [Field in keyof AbortingCondition]: AbortingCondition[Field] | undefined }

/**
 * Reads the `thresholds` of a scenario.
 *
 * @throws ConfigError naming the threshold as written, when a figure, operator, number or unit is wrong, or when
 *   conditions on one figure contradict each other
 */
export function parseThresholds(record: ThresholdRecord): ParsedThreshold[] {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new ConfigError('option "thresholds": expected an object like { "p99(latency)": "<= 1.5 s" }', 'thresholds')
  const parsed = Object.entries(record).flatMap(([key, conditions]) => {
    if (conditions === undefined)
      throw failing(
        'threshold',
        key,
      )('expected a condition like "<= 1.5 s", got nothing; write one, or leave the key out')
    return [conditions].flat().flatMap((condition: unknown) => {
      const { text, abortAfterMs } = readCondition(condition, failing('threshold', key))
      const written = `${key} ${text.trim()}`
      return splitConditions(text).map((part) => ({ ...parseOne(key, part, written), ...stopping(abortAfterMs) }))
    })
  })
  refuseContradictions(parsed)
  return parsed
}

/**
 * Reads whole expressions, for instance `p99(latency) <= 1.5 s` or `qps >= 4 && < 100 and successRate >= 99 %`.
 *
 * @throws ConfigError as `parseThresholds` does
 */
export function parseExpression(expression: string): ParsedThreshold[] {
  let key: string | undefined
  const { text, abortAfterMs } = cutAbort(expression, failing('threshold', expression.trim()))
  const parsed = splitConditions(text).map((part) => {
    const [, figure = '', condition = ''] = /^([^<>=!~≤≥≠]*)(.*)$/s.exec(part) ?? []
    if (figure.trim() !== '') key = figure.trim()
    return { ...parseOne(key ?? '', condition, expression.trim()), ...stopping(abortAfterMs) }
  })
  refuseContradictions(parsed)
  return parsed
}

/**
 * Turns the CLI's repeated `--threshold` expressions into the `thresholds` of a scenario.
 *
 * @throws ConfigError as `parseThresholds` does, also for contradictions between expressions
 */
export function thresholdRecord(expressions: readonly string[]): Record<string, (string | AbortingCondition)[]> {
  const parsed = expressions.flatMap(parseExpression)
  refuseContradictions(parsed)
  const record: Record<string, (string | AbortingCondition)[]> = {}
  for (const { key, operator, limitText, abortAfterMs } of parsed) {
    const threshold = `${operator} ${limitText}`
    record[key] ??= []
    record[key].push(
      abortAfterMs === undefined
        ? threshold
        : { threshold, abortOnFail: true, ...(abortAfterMs > 0 && { delayAbortEval: `${abortAfterMs} ms` }) },
    )
  }
  return record
}

/**
 * Checks that thresholds on goodput have objectives to count by.
 *
 * @throws ConfigError naming the threshold, when there are none
 */
export function requireObjectives(thresholds: readonly ParsedThreshold[], objectives: readonly unknown[]): void {
  const needing = thresholds.find(({ figure }) => countsGood(figure))
  if (needing !== undefined && objectives.length === 0)
    throw failing(
      'threshold',
      needing.expression,
    )(
      `${needing.key} counts the requests that meet the objectives; add objectives, for instance { "ttft": "<= 200 ms" }`,
    )
}

function parseOne(key: string, condition: string, written: string): ParsedThreshold {
  const fail = failing('threshold', written)
  const { figure: figureText, scope } = cutScope(key, fail)
  const figure = parseKey(figureText, fail)
  const quantity = quantityOf(figure)
  const { operator, limit } = parseCondition(condition, quantity, subjectOf(figure), fail)
  return {
    expression: `${key.trim()} ${operator} ${limit.text}`,
    key: key.trim(),
    figure,
    quantity,
    operator,
    limit: limit.value,
    unit: QUANTITIES[quantity].own,
    limitText: limit.text,
    limitUnit: limit.unit,
    ...(scope && { scope }),
  }
}

function stopping(abortAfterMs: number | undefined): { abortAfterMs?: number } {
  return abortAfterMs === undefined ? {} : { abortAfterMs }
}

function subjectOf(figure: Figure): string {
  return figure.kind === 'scalar' || figure.kind === 'errors' || figure.kind === 'count' ? figure.name : figure.metric
}

/** Two spellings of one figure are one figure; that of a part of the run is another. */
function refuseContradictions(thresholds: readonly ParsedThreshold[]): void {
  for (const group of Map.groupBy(thresholds, placeOf).values()) {
    const conditions = group.map(
      ({ operator, limit, limitText, limitUnit }): ParsedCondition => ({
        operator,
        limit: { value: limit, text: limitText, unit: limitUnit },
      }),
    )
    const why = contradiction(conditions, group[0]!.quantity)
    if (why !== undefined) throw failing('threshold', [...new Set(group.map(({ key }) => key))].join(', '))(why)
  }
}

function placeOf({ figure, scope }: ParsedThreshold): string {
  return scope === undefined ? figure.name : `${figure.name} of ${scope.by} ${scope.value}`
}
