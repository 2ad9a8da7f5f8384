/** The gate on what a capacity search found: `maxParallel >= 32`. */
import { ConfigError, suggestion } from '../../config/index.ts'
import type { ThresholdResult, Verdict } from '../../result/index.ts'
import { holds, type Operator, parseCondition, splitConditions } from '../condition.ts'
import { failing } from '../fail.ts'
import { formatCount } from '../format.ts'

export const CAPACITY_KEYS = { parallel: 'maxParallel', rate: 'maxRate' } as const
export type CapacityKey = (typeof CAPACITY_KEYS)[keyof typeof CAPACITY_KEYS]

export interface ParsedCapacityGate {
  key: CapacityKey
  expression: string
  operator: Operator
  limit: number
}

/** What a search found for one criterion. */
export interface Found {
  criterion: string
  /** null: not even the lower bound holds. */
  level: number | null
  /** The upper bound held: the capacity may be higher. */
  atUpperBound: boolean
  /** Why the search could not be finished; undefined: it was. */
  unfinished: string | undefined
}

/**
 * Reads `slaGate`, for instance `{ maxParallel: '>= 32' }`.
 *
 * @throws ConfigError when a key is not that of the searched variable, or a condition is wrong
 */
export function parseCapacityGate(
  record: Readonly<Record<string, string>>,
  variable: keyof typeof CAPACITY_KEYS,
): ParsedCapacityGate[] {
  return Object.entries(record).flatMap(([key, text]) => {
    const fail = failing('threshold', `${key} ${String(text).trim()}`)
    const known = Object.values(CAPACITY_KEYS).find((name) => name === key.trim())
    if (known === undefined)
      throw fail(`unknown figure "${key.trim()}"${suggestion(key.trim(), Object.values(CAPACITY_KEYS))}`)
    if (known !== CAPACITY_KEYS[variable])
      throw fail(`the search is over ${variable}, which gives ${CAPACITY_KEYS[variable]}; set slaVariable to the other`)
    const quantity = variable === 'rate' ? 'rate' : 'count'
    return splitConditions(text).map((part) => {
      const { operator, limit } = parseCondition(part, quantity, known, fail)
      return { key: known, expression: `${known} ${operator} ${limit.text}`, operator, limit: limit.value }
    })
  })
}

/** Turns `maxParallel >= 32` into the record `parseCapacityGate` reads. @throws ConfigError when there is no operator */
export function capacityGateRecord(expressions: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (const expression of expressions) {
    const [, key = '', condition = ''] = /^([^<>=!~≤≥≠]*)(.*)$/s.exec(expression.trim()) ?? []
    if (key.trim() === '' || condition === '')
      throw new ConfigError(`option "slaGate": "${expression}": write for instance "maxParallel >= 32"`, 'slaGate')
    const name = key.trim()
    record[name] = Object.hasOwn(record, name) ? `${record[name]} && ${condition}` : condition
  }
  return record
}

/** Judges the gate for every criterion that was searched. A search that was not finished decides nothing it did not reach. */
export function judgeCapacity(gate: readonly ParsedCapacityGate[], found: readonly Found[]): ThresholdResult[] {
  return found.flatMap((one) => gate.map((condition) => judge(condition, one)))
}

function judge({ key, expression, operator, limit }: ParsedCapacityGate, found: Found): ThresholdResult {
  const { criterion, level, atUpperBound, unfinished } = found
  const value = level ?? 0
  const met = holds(value, operator, limit)
  // What was found is a lower bound of the capacity where the search stopped before it met a broken level.
  const isLeast = atUpperBound || unfinished !== undefined
  const settled = !isLeast || (operator.startsWith('>') && met) || (operator.startsWith('<') && !met)
  const verdict: Verdict = settled ? (met ? 'pass' : 'fail') : 'undecided'
  const shown = level === null ? 'none' : `${isLeast ? 'at least ' : ''}${formatCount(level)}`
  const relation = verdict === 'pass' ? 'which meets' : verdict === 'fail' ? 'which breaks' : 'which does not settle'
  const why = unfinished !== undefined ? ` (${unfinished})` : atUpperBound ? ' (slaUpperBound was reached)' : ''
  return {
    expression: `${expression} (${criterion})`,
    actual: value,
    limit,
    unit: key === 'maxRate' ? '/s' : '',
    n: 1,
    verdict,
    message: `${key} with ${criterion} is ${shown}, ${relation} ${expression.slice(key.length + 1)}${why}`,
  }
}
