/** Reads a condition such as `<= 1.5 s`: an operator and a limit. */
import type { Fail } from './fail.ts'
import { type Limit, parseLimit, type Quantity } from './quantity.ts'

export const OPERATORS = ['<=', '>=', '==', '<', '>'] as const
export type Operator = (typeof OPERATORS)[number]

export interface ParsedCondition {
  operator: Operator
  limit: Limit
}

/** @throws what `fail` makes, when the operator, the number or the unit is wrong */
export function parseCondition(text: string, quantity: Quantity, subject: string, fail: Fail): ParsedCondition {
  const [, symbol = '', rest = ''] = /^\s*([<>=!~≤≥≠]*)(.*)$/s.exec(text) ?? []
  const operator = OPERATORS.find((known) => known === symbol)
  if (operator === undefined) throw fail(unknownOperator(symbol))
  return { operator, limit: parseLimit(rest, quantity, subject, fail) }
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

/** Says why no value can meet all the conditions on one figure, or undefined when one can. */
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
  /** The condition that set it; undefined: the nature of the figure. */
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
