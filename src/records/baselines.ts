/** Baselines as files: a result JSON by name, and beside it the history of results that only ever grows. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError, nearest } from '../config/index.ts'
import { fingerprintOf, STORED_STATISTICS, type Statistic, scenarioHash, storedValue } from '../gates/index.ts'
import { type Result, resultSchema, SCHEMA_VERSION } from '../result/index.ts'
import { fileName, writeWholeFile } from './files.ts'

export interface Baseline {
  /** For messages: the name, or the path it was given by. */
  name: string
  path: string
  /** One for each level of load. */
  results: Result[]
}

/** One result in a history: its figures, and what makes it comparable. */
export const historyRecordSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  startedAt: z.string(),
  commit: z.string().nullable(),
  scenario: z.string(),
  fingerprint: z.record(z.string(), z.union([z.string(), z.number()])),
  figures: z.record(z.string(), z.number()),
})

export type HistoryRecord = z.infer<typeof historyRecordSchema>

const SUFFIX = '.json'
const HISTORY_SUFFIX = '.history.jsonl'

/**
 * Reads a stored result: `main` is `<folder>/main.json`; what has a slash or ends in `.json` is a path.
 *
 * @throws ConfigError when there is none, it cannot be read, is no result, or is one of another schema version
 */
export function readBaseline(nameOrPath: string, folder: string): Baseline {
  const path = baselinePath(nameOrPath, folder)
  return { name: nameOrPath, path, results: parseResults(readText(path, nameOrPath, folder), path) }
}

/** @throws ConfigError as `readBaseline` does */
export function readResults(path: string): Result[] {
  return parseResults(readText(path, path, undefined), path)
}

/** Writes the results under a name, replacing what was there. @returns the path */
export function writeBaseline(name: string, folder: string, results: readonly Result[]): string {
  const path = baselinePath(safeName(name), folder)
  mkdirSync(folder, { recursive: true })
  // As `--json` prints them: one object, or an array for the levels of a sweep.
  writeWholeFile(path, `${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`)
  return path
}

/** Adds records at the end of a name's history. @returns the path */
export function appendHistory(name: string, folder: string, records: readonly HistoryRecord[]): string {
  const path = join(folder, `${safeName(name)}${HISTORY_SUFFIX}`)
  mkdirSync(folder, { recursive: true })
  appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return path
}

/**
 * Reads a history, oldest record first; empty where there is none.
 *
 * @throws ConfigError naming the line, when one is no record of this schema version
 */
export function readHistory(name: string, folder: string): HistoryRecord[] {
  const path = join(folder, `${safeName(name)}${HISTORY_SUFFIX}`)
  if (!existsSync(path)) return []
  return readText(path, name, folder)
    .split('\n')
    .flatMap((line, i) => {
      if (line.trim() === '') return []
      const value = parseJson(line, `${path}:${i + 1}`)
      refuseOtherVersion(value, `${path}:${i + 1}`)
      const parsed = historyRecordSchema.safeParse(value)
      if (!parsed.success) throw unreadable(`${path}:${i + 1}`, `not a history record: ${firstIssue(parsed.error)}`)
      return parsed.data
    })
}

/** Names of the baselines in a folder, in alphabetical order. */
export function baselineNames(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()
}

/** @throws ConfigError when a name cannot be one of a file */
function safeName(name: string): string {
  if (name === '' || fileName(name) !== name)
    throw new ConfigError(
      `baseline "${name}": a name has letters, digits, "-", "_" and "." only; try "${fileName(name) || 'main'}"`,
      'baseline',
    )
  return name
}

function baselinePath(nameOrPath: string, folder: string): string {
  const isPath = nameOrPath.includes('/') || nameOrPath.includes('\\') || nameOrPath.endsWith(SUFFIX)
  return isPath ? nameOrPath : join(folder, `${safeName(nameOrPath)}${SUFFIX}`)
}

function readText(path: string, name: string, folder: string | undefined): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ConfigError(`baseline "${name}": cannot read ${path}: ${(error as Error).message}`, 'baseline')
    if (folder === undefined) throw new ConfigError(`result "${path}": there is no such file`)
    const near = nearest(name, baselineNames(folder))
    const meant = near === undefined ? '' : `, did you mean "${near}"?`
    throw new ConfigError(
      `baseline "${name}": there is no ${path}${meant || `; save one with "perfgate baseline save ${name}"`}`,
      'baseline',
    )
  }
}

function parseResults(text: string, path: string): Result[] {
  const value = parseJson(text, path)
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw unreadable(path, 'it holds no result')
  return list.map((one) => {
    refuseOtherVersion(one, path)
    const parsed = resultSchema.safeParse(one)
    if (!parsed.success) throw unreadable(path, `it is not a result of perfgate: ${firstIssue(parsed.error)}`)
    return parsed.data
  })
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(where, `it is not JSON: ${(error as Error).message}`)
  }
}

function refuseOtherVersion(value: unknown, where: string): void {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version === undefined || version === SCHEMA_VERSION) return
  throw unreadable(
    where,
    `it is of schema version ${JSON.stringify(version)}, this perfgate reads version ${SCHEMA_VERSION}; save it anew with this version`,
  )
}

function unreadable(where: string, why: string): ConfigError {
  return new ConfigError(`baseline ${where}: ${why}`, 'baseline')
}

function firstIssue(error: z.ZodError): string {
  const { path, message } = error.issues[0]!
  return `${path.join('.') || 'the whole'}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

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
