/** From results to records of a history, and from a history to the series of one statistic. */
import { ConfigError } from '../config/index.ts'
import { fingerprintOf, STORED_STATISTICS, type Statistic, scenarioHash, storedValue } from '../gates/index.ts'
import { type Result, SCHEMA_VERSION } from '../result/index.ts'
import type { HistoryRecord } from '../store/index.ts'

export function historyRecord(result: Result): HistoryRecord {
  const figures = STORED_STATISTICS.flatMap((statistic) => {
    const stored = storedValue(result, statistic)
    return stored === undefined ? [] : [[statistic.name, stored.value] as const]
  })
  return {
    schemaVersion: SCHEMA_VERSION,
    startedAt: result.startedAt,
    commit: result.environment.commit,
    scenario: scenarioHash(result.config),
    fingerprint: { ...fingerprintOf(result.environment, result.endpoint, result.config) },
    figures: Object.fromEntries(figures),
  }
}

export interface ComparableHistory {
  /** In the order of time, each with the statistic. */
  records: HistoryRecord[]
  series: number[]
  /** Left out because their scenario or their environment is not that of the newest record. */
  unlike: number
}

/**
 * The last records that are like the newest one.
 *
 * @param last at most so many
 * @throws ConfigError when the history is empty or holds no such statistic
 */
export function comparableHistory(
  history: readonly HistoryRecord[],
  statistic: Statistic,
  last: number,
): ComparableHistory {
  const inOrder = history.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0))
  const newest = inOrder.at(-1)
  if (newest === undefined)
    throw new ConfigError('the history is empty; "perfgate baseline record <name>" adds a result to it')
  const recent = inOrder.slice(-last)
  const records = recent.filter(
    (record) =>
      record.scenario === newest.scenario && sameEnvironment(record, newest) && statistic.name in record.figures,
  )
  if (records.length === 0)
    throw new ConfigError(
      `the history holds no ${statistic.name}; it has ${Object.keys(newest.figures).slice(0, 8).join(', ')} …`,
    )
  return {
    records,
    series: records.map(({ figures }) => figures[statistic.name]!),
    unlike: recent.length - records.length,
  }
}

/** Of perfgate's own versions a history goes across: a change they make shows as one. */
function sameEnvironment(a: HistoryRecord, b: HistoryRecord): boolean {
  return Object.keys(b.fingerprint).every((key) => key === 'perfgate' || a.fingerprint[key] === b.fingerprint[key])
}
