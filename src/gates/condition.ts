/** What a value is held against: an operator and a limit, as in `<= 1.5 s`, or how much worse it may become, as in `5 %`. */
import type { Quantity } from '../metrics/index.ts'
import { type Fail, type Limit, parseLimit, QUANTITIES } from './quantity.ts'
import type { Worse } from './statistic.ts'

export const OPERATORS = ['<=', '>=', '==', '<', '>'] as const
export type Operator = (typeof OPERATORS)[number]

export interface ParsedCondition {
  operator: Operator
  limit: Limit
}

/** @param bare the unit of a number without one. @throws what `fail` makes, when the operator, the number or the unit is wrong */
export function parseCondition(
  text: string,
  quantity: Quantity,
  subject: string,
  fail: Fail,
  bare?: string,
): ParsedCondition {
  const [, symbol = '', rest = ''] = /^\s*([<>=!~≤≥≠]*)(.*)$/s.exec(text) ?? []
  const operator = OPERATORS.find((known) => known === symbol)
  if (operator === undefined) throw fail(unknownOperator(symbol))
  return { operator, limit: parseLimit(rest, quantity, subject, fail, bare) }
}

/** Cuts `> 1 && < 5` and `> 1 and < 5` into their conditions. */
export function splitConditions(text: string): string[] {
  return text.split(/&&|\band\b/i)
}

export function holds(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
  }
}

/** Says why no value can meet all the conditions on one value, or undefined when one can. */
export function contradiction(conditions: readonly ParsedCondition[], quantity: Quantity): string | undefined {
  let low: Bound = { value: 0, open: false, text: undefined }
  let high: Bound = { value: quantity === 'share' ? 1 : Number.POSITIVE_INFINITY, open: false, text: undefined }
  for (const { operator, limit } of conditions) {
    const bound: Bound = {
      value: limit.value,
      open: operator === '<' || operator === '>',
      text: `${operator} ${limit.text}`,
    }
    if (operator !== '<' && operator !== '<=' && (bound.value > low.value || (bound.value === low.value && bound.open)))
      low = bound
    if (
      operator !== '>' &&
      operator !== '>=' &&
      (bound.value < high.value || (bound.value === high.value && bound.open))
    )
      high = bound
    if (low.value < high.value || (low.value === high.value && !low.open && !high.open)) continue
    if (low.text !== undefined && high.text !== undefined)
      return `"${low.text}" and "${high.text}" contradict each other: no value can meet both`
    return `no value can meet "${bound.text}": ${quantity === 'share' ? 'a share is from 0 to 100 %' : 'it is never below 0'}`
  }
  return undefined
}

interface Bound {
  value: number
  /** The bound itself is excluded. */
  open: boolean
  /** The condition that set it; undefined: the nature of the metric. */
  text: string | undefined
}

const OPERATOR_MISTAKES: Record<string, Operator> = {
  '=': '==',
  '===': '==',
  '=<': '<=',
  '=>': '>=',
  '≤': '<=',
  '≥': '>=',
  '<<': '<',
  '>>': '>',
}

function unknownOperator(symbol: string): string {
  const operators = 'the operators are < <= > >= =='
  if (symbol === '') return `no operator; write for instance "<= 1.5 s" (${operators})`
  const meant = Object.hasOwn(OPERATOR_MISTAKES, symbol) ? OPERATOR_MISTAKES[symbol] : undefined
  return `unknown operator "${symbol}"${meant === undefined ? `; ${operators}` : `, did you mean "${meant}"?`}`
}

/** Whether a difference is a share of the baseline's value, or an amount in the value's own unit. */
export type Scale = 'relative' | 'absolute'

export interface Tolerance {
  scale: Scale
  /** At least 0: a share of the baseline (0.05 for `5 %`), or an amount in the value's own unit. */
  value: number
  /** As written, without its sign, for instance `5 %`. */
  text: string
  /** The unit as written. */
  unit: string
}

/**
 * `5 %` is a share of the baseline's value; for metrics that are shares themselves (successRate) it is percentage
 * points, as `5 pp` is. A unit of the metric, as in `10 ms`, makes it an amount. A sign may say which way is worse, and must be right.
 *
 * @param subject the statistic's name, for errors
 * @throws what `fail` makes, when the number, its unit or its sign is wrong
 */
export function parseTolerance(text: string, quantity: Quantity, subject: string, worse: Worse, fail: Fail): Tolerance {
  const written = text.trim()
  if (/^[<>=≤≥]/.test(written))
    throw fail(`a tolerance is how much worse ${subject} may become, without an operator; write for instance "5 %"`)
  const [, sign = '', number = '', unit = ''] = /^([+−-]?)\s*(\d+\.?\d*|\.\d+)\s*(.*)$/.exec(written) ?? []
  if (number === '')
    throw fail(
      written === ''
        ? 'a tolerance is missing; write for instance "5 %"'
        : `"${written}" is not a tolerance; write for instance "5 %"`,
    )
  if (unit === '') throw fail(`the tolerance "${written}" has no unit; write "${number} %"${example(quantity, number)}`)
  if (sign !== '' && (sign === '+') !== (worse === 'higher'))
    throw fail(
      `${subject} gets worse by ${worse === 'higher' ? 'rising' : 'falling'}; write "${number} ${unit}", or with the sign "${worse === 'higher' ? '+' : '-'}${number} ${unit}"`,
    )
  if (quantity !== 'share' && unit === '%') {
    const value = Number(`${number}e-2`)
    if (worse === 'lower' && value >= 1)
      throw fail(`${subject} cannot fall by more than 100 %, so this could never fail`)
    return { scale: 'relative', value, text: `${number} %`, unit: '%' }
  }
  if (quantity === 'share') {
    if (unit !== 'pp' && unit !== '%') throw fail(`${subject} is a share; write percentage points, "${number} pp"`)
    return { scale: 'absolute', value: Number(`${number}e-2`), text: `${number} ${unit}`, unit }
  }
  const limit = parseLimit(`${number} ${unit}`, quantity, subject, fail)
  return { scale: 'absolute', value: limit.value, text: limit.text, unit: limit.unit }
}

function example(quantity: Quantity, number: string): string {
  const { shown } = QUANTITIES[quantity]
  return shown === '' || shown === '%' ? '' : ` of the baseline, or "${number} ${shown}"`
}
