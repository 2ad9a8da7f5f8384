/** A baseline as text: what it holds, how a run differs from it, and the results of its history. */

import {
  changeText,
  formatNumber,
  modelOf,
  type ParsedRegression,
  QUANTITIES,
  quantityOf,
  readableUnit,
  STORED_STATISTICS,
  type Statistic,
  type StoredValue,
  scenarioFacts,
  scenarioHash,
  storedValue,
  withUnit,
} from '../gates/index.ts'
import { factsOf, HEADLINE_METRICS, SCALAR_NAMES } from '../metrics/index.ts'
import type { HistoryRecord } from '../records/index.ts'
import type { Result } from '../result/index.ts'
import { absoluteChange, relativeChange } from '../stats/index.ts'
import { tableOf } from './document.ts'
import { tableLines, wrapText } from './renderText.ts'
import { PLAIN_STYLE, type TerminalStyle } from './terminal.ts'

/** What is shown without being asked for; all stored values can be gated on. */
const SHOWN: ReadonlySet<string> = new Set([
  ...HEADLINE_METRICS.flatMap((metric) => [`avg(${metric})`, `p50(${metric})`, `p99(${metric})`]),
  ...SCALAR_NAMES.filter((name) => factsOf(name).headline),
])

/** One stored result: where it was measured, of which scenario, and its main values with their intervals. */
export function renderStored(result: Result, style: Partial<TerminalStyle> = {}): string {
  const terminal = { ...PLAIN_STYLE, ...style }
  const { environment, endpoint, startedAt, config } = result
  const facts = Object.entries(scenarioFacts(config)).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  const rows = shownValues(result).map(([statistic, stored]) => [
    statistic.name,
    valueText(statistic, stored),
    String(stored.n),
  ])
  return [
    ...wrapText(
      `Measured ${startedAt}${environment.commit === null ? '' : `, commit ${environment.commit.slice(0, 12)}`}`,
      terminal.columns,
      2,
    ),
    ...wrapText(`Scenario ${scenarioHash(config)}: ${facts.join(', ') || 'all defaults'}`, terminal.columns, 2),
    ...wrapText(
      `Environment: ${endpoint.embedded ? 'embedded server' : endpoint.url}, model ${modelOf(config)}; ${environment.os}, ${environment.cpu}, ${environment.cores} cores, Node ${environment.node}, perfgate ${environment.perfgate}`,
      terminal.columns,
      2,
    ),
    ...tableLines({ table: tableOf(['Statistic', 'Value [95 %]', 'n'], rows), layout: 'left' }, terminal),
  ].join('\n')
}

/** Both sides, the change and its interval; for gated values also what is allowed. */
export function renderAgainstBaseline(
  baseline: Result,
  current: Result,
  regressions: readonly ParsedRegression[],
  style: Partial<TerminalStyle> = {},
): string {
  const gated = new Map(regressions.map((regression) => [regression.statistic.name, regression]))
  const wanted = STORED_STATISTICS.filter(({ name }) => SHOWN.has(name) || gated.has(name))
  const rows = wanted.flatMap((statistic) => {
    const before = storedValue(baseline, statistic)
    const after = storedValue(current, statistic)
    if (before === undefined || after === undefined) return []
    const quantity = quantityOf(statistic)
    const isShare = quantity === 'share'
    const change = isShare ? absoluteChange(before, after) : relativeChange(before, after)
    return [
      [
        statistic.name,
        valueText(statistic, before),
        valueText(statistic, after),
        changeText(change.value, change.interval, { scale: isShare ? 'absolute' : 'relative', quantity }),
        gated.get(statistic.name)?.tolerance.text ?? '',
      ],
    ]
  })
  const head = ['Statistic', 'Baseline [95 %]', 'This run [95 %]', 'Change [95 %]', 'Allowed']
  return tableLines({ table: tableOf(head, rows), layout: 'left' }, { ...PLAIN_STYLE, ...style }).join('\n')
}

/** A value of each result in the history, oldest first, without a verdict. */
export function renderHistory(
  statistic: Statistic,
  records: readonly HistoryRecord[],
  style: Partial<TerminalStyle> = {},
): string {
  const quantity = quantityOf(statistic)
  const rows = records.map(({ startedAt, commit, figures }) => {
    const value = figures[statistic.name]!
    const unit = quantity === 'share' ? '%' : readableUnit(value, quantity)
    return [
      startedAt,
      commit?.slice(0, 10) ?? '',
      withUnit(formatNumber(value, quantity, unit), unit || QUANTITIES[quantity].own),
    ]
  })
  const head = ['Measured', 'Commit', statistic.name]
  return tableLines({ table: tableOf(head, rows), layout: 'left' }, { ...PLAIN_STYLE, ...style }).join('\n')
}

function shownValues(result: Result): [Statistic, StoredValue][] {
  return STORED_STATISTICS.flatMap((statistic): [Statistic, StoredValue][] => {
    const stored = SHOWN.has(statistic.name) ? storedValue(result, statistic) : undefined
    return stored === undefined ? [] : [[statistic, stored]]
  })
}

function valueText(statistic: Statistic, { value, interval }: StoredValue): string {
  const quantity = quantityOf(statistic)
  const unit = quantity === 'share' ? '%' : readableUnit(value, quantity)
  const number = (part: number): string => formatNumber(part, quantity, unit)
  const text = withUnit(number(value), unit || QUANTITIES[quantity].own)
  if (interval === undefined || (interval.low === null && interval.high === null)) return text
  const low = interval.low === null ? '0' : number(interval.low)
  return `${text} [${low}, ${interval.high === null ? 'inf)' : `${number(interval.high)}]`}`
}
