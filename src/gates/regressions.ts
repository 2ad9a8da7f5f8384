/** Reads how much worse a figure may become: `{ 'p99(latency)': '5 %', qps: '3 %' }`. */
import { ConfigError } from '../config/index.ts'
import type { Quantity } from '../metrics/index.ts'
import { type Fail, failing } from './fail.ts'
import { type Figure, parseKey, quantityOf, worseDirection } from './figure.ts'
import { parseTolerance, type Tolerance, type Worse } from './tolerance.ts'

export interface ParsedRegression {
  /** As written, for instance `p99(latency)` or `p99_latency`. */
  key: string
  figure: Figure
  quantity: Quantity
  worse: Worse
  tolerance: Tolerance
  /** As written, for instance `5 %`. */
  text: string
}

/**
 * Reads the `regressions` of a scenario. `%` is relative to the figure it is compared with; times, rates and tokens
 * may also have an amount, such as `20 ms`. Of shares `%` means percentage points, as `pp` does.
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
      tolerance: parseTolerance(text, quantity, figure.name, worse, fail),
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

function regressionFail(written: string): Fail {
  const fail = failing('threshold', written)
  return (why) => new ConfigError(fail(why).message.replace(/^threshold/, 'regression'), 'regressions')
}
