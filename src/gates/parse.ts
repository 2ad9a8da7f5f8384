/** The one parser of gates: thresholds, objectives, regressions, the criteria of a search and the gate on what it finds. */
import { ConfigError, suggestion } from '../config/index.ts'
import { contradiction, holds, parseCondition, parseTolerance, splitConditions } from './condition.ts'
import {
  failing,
  type Gate,
  type GateKind,
  KINDS,
  type Kind,
  type LimitGate,
  type ParsedCapacityGate,
  type ParsedObjective,
  type ParsedRegression,
  type ParsedThreshold,
  type SubjectOf,
} from './gate.ts'
import type { AbortingCondition, ThresholdRecord } from './keys.ts'
import { type Fail, parseLimit, QUANTITIES } from './quantity.ts'
import { type Capacity, cutScope, parseKey, quantityOf, type Subject, worseDirection } from './statistic.ts'

/**
 * Reads one gate: `p99(ttft) <= 200 ms`, `p99(ttft) +5 %`, `max(parallel) >= 16`.
 *
 * @param kind where it was written; absent: as its text says (an operator makes it a threshold, `maxParallel` and
 *   `maxRate` a gate on a capacity, an amount without an operator a regression)
 * @throws ConfigError naming the gate as written, when its subject, operator, number or unit is wrong
 */
export function parseGate(text: string, kind: GateKind = kindOfText(text)): Gate {
  if (kind === 'regression') return parseRegression(...cutTolerance(text), failing(kind, text.trim()))
  const [gate, more] = parseConditions(kind, text)
  if (more !== undefined) throw failing(kind, text.trim())('one condition is expected, and there are several')
  return gate!
}

function kindOfText(text: string): GateKind {
  if (!/[<>=!~≤≥≠]/.test(text)) return 'regression'
  return /^\s*max(Parallel|Rate|\s*\(\s*(parallel|rate)\s*\))/.test(text) ? 'capacity gate' : 'threshold'
}

/**
 * Reads a whole expression of the command line, for instance `qps >= 4 && < 100 and successRate >= 99 %`: a condition
 * without a subject is about that of the one before it.
 */
function parseConditions<K extends GateKind>(kind: K, expression: string): LimitGate<SubjectOf<K>>[] {
  const fail = failing(kind, expression.trim())
  const { text, abortAfterMs } = kind === 'threshold' ? cutAbort(expression, fail) : { text: expression }
  const gates = cutExpression(text).map(({ key, condition }) => ({
    ...parseOne(kind, key, condition, fail),
    ...stopping(abortAfterMs),
  }))
  refuseContradictions(kind, gates)
  return gates
}

function cutExpression(text: string): { key: string; condition: string }[] {
  let key = ''
  return splitConditions(text).map((part) => {
    const [, subject = '', condition = ''] = /^([^<>=!~≤≥≠]*)(.*)$/s.exec(part) ?? []
    if (subject.trim() !== '') key = subject.trim()
    return { key, condition: condition.trim() }
  })
}

/** Reads conditions beside their key, as a scenario holds them. */
function parseValue<K extends GateKind>(kind: K, key: string, value: unknown): LimitGate<SubjectOf<K>>[] {
  const { text, abortAfterMs } = readWritten(kind, value, failing(kind, key))
  const fail = failing(kind, `${key} ${text.trim()}`)
  return splitConditions(text).map((part) => ({ ...parseOne(kind, key, part, fail), ...stopping(abortAfterMs) }))
}

/** The gates of one option. A list of values is only that of a threshold. */
function parseRecord<K extends GateKind>(
  kind: K,
  record: Readonly<Record<string, unknown>>,
): LimitGate<SubjectOf<K>>[] {
  requireRecord(kind, record)
  const gates = Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined && kind !== 'threshold') return []
    if (value === undefined)
      throw failing(kind, key)('expected a condition like "<= 1.5 s", got nothing; write one, or leave the key out')
    const values: unknown[] = kind === 'threshold' ? [value].flat() : [value]
    return values.flatMap((one) => parseValue(kind, key, one))
  })
  refuseContradictions(kind, gates)
  return gates
}

function parseOne<K extends GateKind>(kind: K, key: string, condition: string, fail: Fail): LimitGate<SubjectOf<K>> {
  const { subject, bare }: Kind = KINDS[kind]
  const { statistic: text, scope } = kind === 'threshold' ? cutScope(key, fail) : { statistic: key, scope: undefined }
  const statistic = subject(text, fail) as SubjectOf<K>
  const quantity = quantityOf(statistic)
  const { operator, limit } = parseCondition(condition, quantity, nameOf(statistic), fail, bare)
  return {
    against: 'limit',
    expression: `${key.trim()} ${operator} ${limit.text}`,
    key: key.trim(),
    statistic,
    quantity,
    unit: QUANTITIES[quantity].own,
    operator,
    limit: limit.value,
    limitText: limit.text,
    limitUnit: limit.unit,
    ...(scope && { scope }),
  }
}

/** Of a statistic of a time, the time: its unit is what an error is about. */
function nameOf(statistic: Subject): string {
  return 'metric' in statistic && statistic.kind !== 'count' ? statistic.metric : statistic.name
}

/**
 * Reads the `thresholds` of a scenario.
 *
 * @throws ConfigError naming the threshold as written, when a statistic, operator, number or unit is wrong, or when
 *   conditions on one value contradict each other
 */
export function parseThresholds(record: ThresholdRecord): ParsedThreshold[] {
  return parseRecord('threshold', record)
}

/**
 * Reads thresholds as one expression, for instance `qps >= 4 && < 100 and successRate >= 99 %`.
 *
 * @throws ConfigError as `parseThresholds` does
 */
export function parseExpression(expression: string): ParsedThreshold[] {
  return parseConditions('threshold', expression)
}

/**
 * Reads the `objectives` of a scenario, for instance `{ ttft: '<= 200 ms', tpot: '<= 50 ms' }`.
 *
 * @throws ConfigError naming the objective as written, when its metric, operator, number or unit is wrong
 */
export function parseObjectives(record: Readonly<Record<string, string | undefined>>): ParsedObjective[] {
  return parseRecord('objective', record).map((gate) => ({
    ...gate,
    metric: gate.statistic.metric,
    holds: (value: number) => holds(value, gate.operator, gate.limit),
  }))
}

/** Reads the conditions of one criterion of a search. @throws ConfigError as `parseThresholds` does */
export function parseLimits(record: Readonly<Record<string, string>>): ParsedThreshold[] {
  return parseRecord('criterion', record)
}

/**
 * Reads `slaGate`, for instance `{ maxParallel: '>= 32' }`.
 *
 * @throws ConfigError when a key is not that of the searched variable, or a condition is wrong
 */
export function parseCapacityGate(
  record: Readonly<Record<string, string>>,
  variable: Capacity['variable'],
): ParsedCapacityGate[] {
  const gates = parseRecord('capacity gate', record)
  const other = gates.find(({ statistic }) => statistic.variable !== variable)
  if (other !== undefined)
    throw failing(
      'capacity gate',
      other.expression,
    )(`the search is over ${variable}; set slaVariable to ${other.statistic.variable}, or gate what it finds`)
  return gates
}

/**
 * Reads the `regressions` of a scenario or a comparison. `%` is relative to the value it is compared with; times, rates
 * and tokens may also have an amount, such as `20 ms`. Of shares `%` means percentage points, as `pp` does.
 *
 * @throws ConfigError naming the regression as written, when the statistic, the number or its unit is wrong
 */
export function parseRegressions(record: Readonly<Record<string, string | undefined>>): ParsedRegression[] {
  requireRecord('regression', record)
  return Object.entries(record).flatMap(([key, text]) => {
    if (text === undefined) return []
    const fail = failing('regression', `${key} ${String(text).trim()}`.trim())
    if (typeof text !== 'string') throw fail(`expected a tolerance like "5 %", got ${JSON.stringify(text)}`)
    return parseRegression(key, text, fail)
  })
}

function parseRegression(key: string, text: string, fail: Fail): ParsedRegression {
  const statistic = parseKey(key, fail)
  const quantity = quantityOf(statistic)
  const worse = worseDirection(statistic)
  if (worse === undefined) throw fail(`${statistic.name} is neither better nor worse when it changes`)
  const tolerance = parseTolerance(text, quantity, statistic.name, worse, fail)
  return {
    against: 'reference',
    expression: `${key.trim()} ${tolerance.text}`,
    key: key.trim(),
    statistic,
    quantity,
    unit: QUANTITIES[quantity].own,
    worse,
    tolerance,
    isGuard: false,
  }
}

/** Cuts `p99(latency) 5 %` into its key and its tolerance. */
function cutTolerance(expression: string): [key: string, tolerance: string] {
  const [, key = '', tolerance = ''] = /^\s*([^()\s]+(?:\s*\([^()]*\))?)\s*(.*)$/s.exec(expression) ?? []
  return [key, tolerance]
}

/**
 * Turns the repeated expressions of a command line, such as `p99(latency) <= 1.5 s` or `qps 3 %`, into what the option
 * holds in a scenario.
 *
 * @throws ConfigError naming the expression, also for contradictions between expressions and for a regression that is
 *   given twice
 */
export function gateRecord(
  kind: 'threshold',
  expressions: readonly string[],
): Record<string, (string | AbortingCondition)[]>
export function gateRecord(kind: Exclude<GateKind, 'threshold'>, expressions: readonly string[]): Record<string, string>
export function gateRecord(
  kind: GateKind,
  expressions: readonly string[],
): Record<string, string | (string | AbortingCondition)[]>
export function gateRecord(
  kind: GateKind,
  expressions: readonly string[],
): Record<string, string | (string | AbortingCondition)[]> {
  if (kind === 'regression') return regressionRecord(expressions)
  const gates: LimitGate[] = expressions.flatMap((expression) => parseConditions(kind, expression))
  refuseContradictions(kind, gates)
  if (kind === 'threshold')
    return recordOf(
      gates,
      ({ key }) => key,
      (group) => group.map(written),
    )
  // As written: a stored result knows its scenario by the text of its objectives.
  return recordOf(
    expressions.flatMap(cutExpression),
    ({ key }) => key,
    (group) => group.map(({ condition }) => condition).join(' && '),
  )
}

function recordOf<T, V>(values: readonly T[], key: (value: T) => string, join: (group: T[]) => V): Record<string, V> {
  return Object.fromEntries([...Map.groupBy(values, key)].map(([name, group]) => [name, join(group)]))
}

function written({ operator, limitText, abortAfterMs }: LimitGate): string | AbortingCondition {
  const threshold = `${operator} ${limitText}`
  if (abortAfterMs === undefined) return threshold
  return { threshold, abortOnFail: true, ...(abortAfterMs > 0 && { delayAbortEval: `${abortAfterMs} ms` }) }
}

function regressionRecord(expressions: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (const expression of expressions) {
    const [key, tolerance] = cutTolerance(expression)
    if (Object.hasOwn(record, key))
      throw failing('regression', expression.trim())(`${key} has two tolerances; give one`)
    record[key] = tolerance
  }
  parseRegressions(record)
  return record
}

/** Two spellings of one statistic are one; that of a part of the run is another. */
function refuseContradictions(kind: GateKind, gates: readonly LimitGate[]): void {
  const place = ({ statistic, scope }: LimitGate): string =>
    scope === undefined ? statistic.name : `${statistic.name} of ${scope.by} ${scope.value}`
  for (const group of Map.groupBy(gates, place).values()) {
    const conditions = group.map(({ operator, limit, limitText, limitUnit }) => ({
      operator,
      limit: { value: limit, text: limitText, unit: limitUnit },
    }))
    const why = contradiction(conditions, group[0]!.quantity)
    if (why !== undefined) throw failing(kind, [...new Set(group.map(({ key }) => key))].join(', '))(why)
  }
}

function requireRecord(kind: GateKind, record: unknown): void {
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return
  const { option, example } = KINDS[kind]
  const [, key, value] = /^(\S+) (.*)$/.exec(example)!
  throw new ConfigError(`option "${option}": expected an object like { "${key}": "${value}" }`, option)
}

function stopping(abortAfterMs: number | undefined): { abortAfterMs?: number } {
  return abortAfterMs === undefined ? {} : { abortAfterMs }
}

/** A value of a record: for thresholds also an object that says when the load stops. */
function readWritten(kind: GateKind, value: unknown, fail: Fail): TakenApart {
  if (kind === 'threshold') return readCondition(value, fail)
  const [, condition] = /^\S+ (.*)$/.exec(KINDS[kind].example)!
  if (typeof value !== 'string') throw fail(`expected a condition like "${condition}", got ${JSON.stringify(value)}`)
  return { text: value, abortAfterMs: undefined }
}

/** A condition as written, taken apart. */
interface TakenApart {
  /** Without what it says of stopping. */
  text: string
  /** The load stops when the condition is not met, this long after the start of the measured phase at the earliest. */
  abortAfterMs: number | undefined
}

const FIELDS: readonly (keyof AbortingCondition)[] = ['threshold', 'abortOnFail', 'delayAbortEval']

/**
 * Reads a condition in either of its forms.
 *
 * @throws what `fail` makes, when it is neither, or a field or the delay is wrong
 */
function readCondition(written: unknown, fail: Fail): TakenApart {
  if (typeof written === 'string') return cutAbort(written, fail)
  if (typeof written !== 'object' || written === null || Array.isArray(written) || !('threshold' in written))
    throw fail(
      `expected a condition like "<= 1.5 s", or { threshold: "<= 1.5 s", abortOnFail: true }, got ${JSON.stringify(written) ?? String(written)}`,
    )
  for (const field of Object.keys(written))
    if (!(FIELDS as readonly string[]).includes(field))
      throw fail(`unknown field "${field}"${suggestion(field, FIELDS)}`)
  const { threshold, abortOnFail = false, delayAbortEval } = written as { [field: string]: unknown }
  if (typeof threshold !== 'string')
    throw fail(`"threshold": expected a condition like "<= 1.5 s", got ${JSON.stringify(threshold)}`)
  if (typeof abortOnFail !== 'boolean')
    throw fail(`"abortOnFail": expected true or false, got ${JSON.stringify(abortOnFail)}`)
  const { text, abortAfterMs } = cutAbort(threshold, fail)
  if (abortAfterMs !== undefined) throw fail('"threshold" holds "abort"; write abortOnFail: true beside it instead')
  if (delayAbortEval === undefined) return { text, abortAfterMs: abortOnFail ? 0 : undefined }
  if (!abortOnFail) throw fail('"delayAbortEval" delays nothing without abortOnFail: true')
  if (typeof delayAbortEval !== 'string')
    throw fail(`"delayAbortEval": expected a time such as "10 s", got ${JSON.stringify(delayAbortEval)}`)
  return { text, abortAfterMs: delay(delayAbortEval, 'delayAbortEval', fail) }
}

/** Cuts `abort` or `abort after 10 s` from the end. */
function cutAbort(written: string, fail: Fail): TakenApart {
  const [, text, after] = /^(.*?)\babort(?:\s+after\b(.*))?\s*$/s.exec(written) ?? []
  if (text === undefined) return { text: written, abortAfterMs: undefined }
  return { text, abortAfterMs: after === undefined ? 0 : delay(after, 'abort after', fail) }
}

function delay(text: string, subject: string, fail: Fail): number {
  return parseLimit(text, 'time', subject, fail).value
}
