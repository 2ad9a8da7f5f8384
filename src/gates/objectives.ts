/** Reads per-request objectives: what one request must meet to count as goodput. */
import { type DistributionName, factsOf, type Objective } from '../metrics/index.ts'
import { contradiction, holds, type Operator, parseCondition, splitConditions } from './condition.ts'
import { failing } from './fail.ts'
import { parseMetric } from './figure.ts'

export interface ParsedObjective extends Objective {
  metric: DistributionName
  /** For reports, for instance `ttft <= 200 ms`. */
  expression: string
  operator: Operator
  /** In the metric's own unit: milliseconds, tokens, or tokens per second. */
  limit: number
}

/**
 * Reads the `objectives` of a scenario, for instance `{ ttft: '<= 200 ms', tpot: '<= 50 ms' }`.
 *
 * @throws ConfigError naming the objective as written, when its metric, operator, number or unit is wrong
 */
export function parseObjectives(record: Readonly<Record<string, string | undefined>>): ParsedObjective[] {
  return Object.entries(record).flatMap(([key, text]) => {
    if (text === undefined) return []
    const fail = failing('objective', `${key} ${String(text).trim()}`)
    if (typeof text !== 'string') throw fail('expected a condition like "<= 200 ms"')
    const metric = parseMetric(key.trim(), fail)
    const { objective, quantity } = factsOf(metric)
    if (objective !== true) throw fail(objective)
    const conditions = splitConditions(text).map((part) => parseCondition(part, quantity, metric, fail))
    const why = contradiction(conditions, quantity)
    if (why !== undefined) throw fail(why)
    return conditions.map(({ operator, limit }) => ({
      metric,
      expression: `${key.trim()} ${operator} ${limit.text}`,
      operator,
      limit: limit.value,
      holds: (value: number) => holds(value, operator, limit.value),
    }))
  })
}

/**
 * Turns the CLI's repeated `--objective` expressions, such as `ttft <= 200 ms`, into the `objectives` of a scenario.
 *
 * @throws ConfigError as `parseObjectives` does
 */
export function objectiveRecord(expressions: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (const expression of expressions) {
    const [, metric = '', condition = ''] = /^([^<>=!~≤≥≠]*)(.*)$/s.exec(expression.trim()) ?? []
    const key = metric.trim()
    record[key] = Object.hasOwn(record, key) ? `${record[key]} && ${condition}` : condition
  }
  parseObjectives(record)
  return record
}
