/** Reads the criteria of a capacity search, in EvalScope's words or in those of thresholds. */
import { ConfigError } from '../../config/index.ts'
import type { Quantity } from '../../metrics/index.ts'
import { type Fail, failing } from '../fail.ts'
import { betterOf, type Figure, parseKey, quantityOf } from '../figure.ts'
import { type ParsedThreshold, parseThresholds } from '../grammar.ts'

/** All conditions hold, at the highest level there is; or the best value of one figure, at whichever level. */
export type Criterion =
  | { kind: 'limit'; expression: string; conditions: readonly ParsedThreshold[] }
  | { kind: 'optimum'; expression: string; key: string; figure: Figure; quantity: Quantity; mode: 'max' | 'min' }

/** For instance `{ p99_latency: '<=2', avg_ttft: '<= 500 ms' }` or `{ tps: 'max' }`. */
export type CriterionRecord = Readonly<Record<string, string>>

/**
 * Reads `slaParams`. Keys are those of thresholds, EvalScope's among them; a time without a unit is in seconds, as there.
 *
 * @throws ConfigError naming the criterion as written, when a figure, an operator, a number or a unit is wrong, when
 *   its conditions contradict each other or hold a throughput down or a latency up, or when `max` or `min` is not alone
 */
export function parseCriteria(params: readonly CriterionRecord[] | CriterionRecord | undefined): Criterion[] {
  const records = params === undefined ? [] : ([params].flat() as CriterionRecord[])
  if (records.length === 0)
    throw new ConfigError(
      'option "slaParams": missing; say what must hold, for instance [{"p99_latency":"<=2"}]',
      'slaParams',
    )
  return records.map(parseCriterion)
}

function parseCriterion(record: CriterionRecord): Criterion {
  const entries = Object.entries(record)
  if (entries.length === 0) throw new ConfigError('option "slaParams": a criterion without a condition', 'slaParams')
  const extreme = entries.find(([, condition]) => isMode(condition))
  if (extreme !== undefined) {
    if (entries.length > 1)
      throw new ConfigError(
        `option "slaParams": "${extreme[0]}: ${extreme[1].trim()}" must be alone in its object; a best value and a limit are two searches`,
        'slaParams',
      )
    return parseOptimum(...extreme)
  }
  const conditions = parseThresholds(
    Object.fromEntries(entries.map(([key, condition]) => [key, withSeconds(key, condition)])),
  )
  for (const condition of conditions) refuseWrongWay(condition)
  return { kind: 'limit', expression: conditions.map(({ expression }) => expression).join(' and '), conditions }
}

function parseOptimum(key: string, text: string): Criterion {
  const fail = slaFail(key, text)
  const mode = text.trim() as 'max' | 'min'
  const figure = parseKey(key, fail)
  const quantity = quantityOf(figure)
  const sensible = betterOf(figure) === 'lower' ? 'min' : 'max'
  if (mode !== sensible)
    throw fail(`the best value is the ${sensible === 'min' ? 'smallest' : 'largest'}: "${sensible}"`)
  return { kind: 'optimum', expression: `${key.trim()} -> ${mode}`, key: key.trim(), figure, quantity, mode }
}

/** As the load rises a latency rises: "at least" would hold at every level above one, so there is no highest. */
function refuseWrongWay({ expression, key, figure, operator }: ParsedThreshold): void {
  const fail = failing('threshold', expression)
  if (operator === '==') throw fail('a search needs <, <=, > or >=')
  const isUpper = operator === '<' || operator === '<='
  const better = betterOf(figure)
  if (better === 'lower' && !isUpper) throw fail(`${key} gets worse upwards; write <= or <`)
  if (better === 'higher' && isUpper) throw fail(`${key} gets worse downwards; write >= or >`)
}

/** EvalScope's limits of times are plain numbers of seconds. */
function withSeconds(key: string, condition: string): string {
  if (typeof condition !== 'string')
    throw new ConfigError(`option "slaParams": ${key}: expected a condition like "<=2"`, 'slaParams')
  const quantity = quantityOf(parseKey(key, slaFail(key, condition)))
  if (quantity !== 'time' && quantity !== 'duration') return condition
  return condition.replace(/(^|[<>=\s])([+-]?[\d.]+(?:e[+-]?\d+)?)(?=\s*(?:$|&&|and\b))/gi, '$1$2 s')
}

function slaFail(key: string, condition: string): Fail {
  return (why) => new ConfigError(`option "slaParams": ${key} ${condition.trim()}: ${why}`, 'slaParams')
}

function isMode(condition: unknown): condition is 'max' | 'min' {
  return typeof condition === 'string' && /^\s*(max|min)\s*$/.test(condition)
}
