/** Reads how much worse a figure may become: `{ 'p99(latency)': '5 %', qps: '3 %' }`. */
import { ConfigError } from '../config/index.ts'
import { type Fail, failing } from './fail.ts'
import { type Figure, parseKey, quantityOf } from './figure.ts'
import { parseLimit, QUANTITIES, type Quantity } from './quantity.ts'

export interface ParsedRegression {
  /** As written, for instance `p99(latency)` or `p99_latency`. */
  key: string
  figure: Figure
  quantity: Quantity
  /** The direction in which the figure gets worse. */
  worse: 'higher' | 'lower'
  tolerance: Tolerance
  /** As written, for instance `5 %`. */
  text: string
}

/** A share of the baseline's figure (0.05 for `5 %`), or an amount in the figure's own unit. */
export type Tolerance = { kind: 'relative'; share: number } | { kind: 'absolute'; amount: number }

/**
 * Reads the `regressions` of a scenario. `%` is relative to the figure it is compared with; times, rates and tokens
 * may also have an amount, such as `20 ms`; shares one in percentage points, `0.5 pp`.
 *
 * @throws ConfigError naming the regression as written, when the figure, the number or its unit is wrong
 */
export function parseRegressions(record: Readonly<Record<string, string | undefined>>): ParsedRegression[] {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new ConfigError('option "regressions": expected an object like { "p99(latency)": "5 %" }', 'regressions')
  return Object.entries(record).flatMap(([key, text]) => {
    if (text === undefined) return []
    const fail = regressionFail(`${key} ${String(text).trim()}`)
    if (typeof text !== 'string') throw fail('expected a tolerance like "5 %"')
    const figure = parseKey(key, fail)
    const quantity = quantityOf(figure)
    const worse = worseDirection(figure)
    if (worse === undefined) throw fail(`${figure.name} is neither better nor worse when it changes`)
    return {
      key: key.trim(),
      figure,
      quantity,
      worse,
      tolerance: parseTolerance(text, figure, quantity, fail),
      text: text.trim(),
    }
  })
}

/**
 * Turns the CLI's repeated `--regression` expressions, such as `p99(latency) 5 %`, into the `regressions` of a scenario.
 *
 * @throws ConfigError as `parseRegressions` does, and when a figure is given twice
 */
export function regressionRecord(expressions: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (const expression of expressions) {
    const [, key = '', tolerance = ''] = /^\s*([^()\s]+(?:\s*\([^)]*\))?)\s*(.*)$/s.exec(expression) ?? []
    if (key === '' || tolerance === '')
      throw regressionFail(expression)('write a figure and how much worse it may be, for instance "p99(latency) 5 %"')
    if (Object.hasOwn(record, key)) throw regressionFail(expression)(`${key} is given twice`)
    record[key] = tolerance
  }
  parseRegressions(record)
  return record
}

/** Undefined for what has no better and worse, such as the number of tokens. */
export function worseDirection(figure: Figure): ParsedRegression['worse'] | undefined {
  if (figure.kind === 'errors') return 'higher'
  if (figure.kind === 'count') return undefined
  if (figure.kind === 'scalar') {
    if (figure.name === 'errorRate' || figure.name === 'failedRequests' || figure.name === 'timeTaken') return 'higher'
    return figure.name === 'totalRequests' || figure.name === 'succeededRequests' ? undefined : 'lower'
  }
  const quantity = quantityOf(figure)
  // More scatter is worse, of speeds too.
  if (quantity === 'time') return 'higher'
  if (quantity === 'tokenRate') return figure.kind === 'stddev' ? 'higher' : 'lower'
  return undefined
}

function parseTolerance(text: string, figure: Figure, quantity: Quantity, fail: Fail): Tolerance {
  const written = text.trim()
  const [, sign, number, unit] = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i.exec(written) ?? []
  if (number === undefined)
    throw fail(
      /^[<>=]/.test(written)
        ? 'a tolerance is how much worse the figure may be, without an operator: "5 %"'
        : `"${written}" is no tolerance; write for instance "5 %"`,
    )
  if (sign === '-')
    throw fail('a tolerance is not negative: it is how much worse the figure may be, for instance "5 %"')
  if (unit === '%' && figure.name === 'errorRate')
    throw fail('a share of hardly any errors is hardly any tolerance; write percentage points, for instance "0.5 pp"')
  if (unit === '%') return { kind: 'relative', share: Number(number) / 100 }
  if (unit === '') throw fail(`a unit is missing; write "${number} %" of the baseline${amountAdvice(quantity)}`)
  if (quantity === 'share') {
    if (unit !== 'pp') throw fail(`write "%" (of the baseline's share) or "pp" (percentage points)`)
    return { kind: 'absolute', amount: Number(number) / 100 }
  }
  return { kind: 'absolute', amount: parseLimit(`${number} ${unit}`, quantity, figure.name, fail).value }
}

function amountAdvice(quantity: Quantity): string {
  if (quantity === 'share') return ', or percentage points such as "0.5 pp"'
  const { own } = QUANTITIES[quantity]
  return own === '' ? '' : `, or an amount such as "${quantity === 'time' ? '20 ms' : `2 ${own}`}"`
}

function regressionFail(written: string): Fail {
  const fail = failing('threshold', written)
  return (why) => new ConfigError(fail(why).message.replace(/^threshold/, 'regression'), 'regressions')
}
