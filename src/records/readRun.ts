/** A run read back from its files: a result JSON, a result DB, or both. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { liesWithin } from '../config/files/index.ts'
import { ConfigError } from '../config/index.ts'
import {
  type CapacityResult,
  type ComparisonResult,
  capacitySchema,
  comparisonResultSchema,
  type Result,
  resultSchema,
  sweepSchema,
} from '../result/index.ts'
import { isAlive } from './files.ts'
import { type ResultReader, readResultDb } from './reader.ts'
import { rebuildResult, type Unfinished } from './rebuild.ts'
import { StoreError } from './store.ts'

export interface RecordedRun {
  result: Result
  /** The DB with its requests, or undefined where there is none. */
  dbPath: string | undefined
  /** False while the run goes on, and for one that was killed. */
  finished: boolean
  state: RunState
}

/** `unknown`: without a result, and whether its process still runs cannot be known here. */
export type RunState = 'finished' | Unfinished

/** What files hold: runs, the comparisons of two sides, and what searches of a capacity found. */
export interface Recorded {
  runs: RecordedRun[]
  comparisons: ComparisonResult[]
  capacities: CapacityResult[]
}

/** The runs of `readRecorded`. */
export function readRuns(paths: readonly string[]): RecordedRun[] {
  return readRecorded(paths).runs
}

/**
 * Reads results from JSON files, result DBs and folders of them, each once. With a comparison come the runs of both
 * its sides, where their DBs are there.
 *
 * @throws ConfigError when a file is not there or not a result
 * @throws StoreError when a DB cannot be read
 */
export function readRecorded(paths: readonly string[]): Recorded {
  const files = paths.flatMap((path) => filesOf(path)).map((file) => readFile(file))
  return {
    runs: once(
      files.flatMap(({ runs }) => runs),
      ({ dbPath, result }) => dbPath ?? `${result.name} ${result.startedAt} ${JSON.stringify(result.summary)}`,
    ),
    comparisons: once(
      files.flatMap(({ comparisons }) => comparisons),
      (one) => JSON.stringify(one),
    ),
    capacities: once(
      files.flatMap(({ capacities }) => capacities),
      (one) => JSON.stringify(one),
    ),
  }
}

function once<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>()
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)))
}

/** The comparison or the capacity search in a JSON file, without any other file; undefined for all else. */
export function readJudged(path: string): ComparisonResult | CapacityResult | undefined {
  try {
    const value = readJson(path)
    const comparison = comparisonResultSchema.safeParse(value)
    return comparison.success ? comparison.data : capacitySchema.safeParse(value).data
  } catch {
    return undefined
  }
}

/** @throws StoreError when the DB cannot be read */
export function readRunDb(path: string): RecordedRun {
  const reader = readResultDb(path)
  try {
    return { ...resultOf(reader), dbPath: path }
  } finally {
    reader.close()
  }
}

function resultOf(reader: ResultReader): Pick<RecordedRun, 'result' | 'finished' | 'state'> {
  const parsed = reader.finished ? resultSchema.safeParse(reader.facts['result']) : undefined
  if (parsed?.success) return { result: parsed.data, finished: true, state: 'finished' }
  if (isComparedSide(reader)) return { result: rebuilt(reader), finished: true, state: 'finished' }
  const state = unfinishedState(reader)
  return { result: rebuilt(reader, state), finished: reader.finished, state }
}

/** @throws StoreError where the DB is somebody else's, and what it says of its run makes no result */
function rebuilt(reader: ResultReader, state?: Unfinished): Result {
  const odd = (why: string): StoreError =>
    new StoreError(`result DB ${reader.path}: perfgate did not write what it says of its run: ${why}`)
  let result: Result
  try {
    result = rebuildResult(reader, state)
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw odd(error.message)
    throw error
  }
  const { error } = resultSchema.safeParse(result)
  if (error !== undefined) throw odd(`${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}`)
  return result
}

/** The result of a comparison is one of both sides, and lies in a file of its own. */
function isComparedSide({ facts }: ResultReader): boolean {
  const { comparison } = facts
  return typeof comparison === 'object' && comparison !== null && 'verdict' in comparison
}

/** Of a run without a result: its process is asked for. */
function unfinishedState({ facts }: ResultReader): Unfinished {
  const alive = isAlive(facts['process'])
  return alive === undefined ? 'unknown' : alive ? 'running' : 'interrupted'
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) throw new ConfigError(`"${path}": there is no such file; give result JSON files or result DBs`)
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).toSorted()
  // A DB without its JSON is a run that goes on or was killed.
  const found = names.filter((name) => name.endsWith('.db') && statSync(join(path, name)).size > 0)
  const alone = names.filter((name) => name.endsWith('.json') && !found.includes(name.replace(/\.json$/, '.db')))
  const files = [...found, ...alone.filter((name) => isResult(join(path, name)))].map((name) => join(path, name))
  if (files.length === 0) throw new ConfigError(`"${path}": this folder has no results in it`)
  return files
}

function readFile(path: string): Recorded {
  if (path.endsWith('.db')) return { ...NOTHING, runs: [readRunDb(path)] }
  const value = readJson(path)
  const comparison = comparisonResultSchema.safeParse(value)
  if (comparison.success) return { ...NOTHING, comparisons: [comparison.data], runs: sidesOf(path, comparison.data) }
  const capacity = capacitySchema.safeParse(value)
  if (capacity.success) return { ...NOTHING, capacities: [capacity.data] }
  const list = listIn(value)
  if (list.length === 0) throw new ConfigError(`"${path}": it has no result in it`)
  return {
    ...NOTHING,
    runs: list.map((one) => {
      const parsed = resultSchema.safeParse(one)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        throw new ConfigError(
          `"${path}": this is not a result of perfgate: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
        )
      }
      return { result: parsed.data, dbPath: dbOf(path, parsed.data), finished: true, state: 'finished' as const }
    }),
  }
}

const NOTHING: Recorded = { runs: [], comparisons: [], capacities: [] }

/** One result, the array of `--json` with several levels, or what `sweep --json` printed. */
function listIn(value: unknown): unknown[] {
  const sweep = sweepSchema.safeParse(value)
  if (sweep.success) return sweep.data.results
  return Array.isArray(value) ? value : [value]
}

/** The runs of both sides, baseline first; none where a DB was not kept. */
function sidesOf(path: string, { baseline, candidate }: ComparisonResult): RecordedRun[] {
  return [baseline, candidate].flatMap(({ resultDbPath }) => {
    const db = resultDbPath === null ? undefined : beside(path, resultDbPath)
    return db === undefined ? [] : readRunDb(db)
  })
}

/** The file beside the JSON comes first: folders are moved and downloaded, and then the path in the result is stale. */
function dbOf(jsonPath: string, { summary: { resultDbPath } }: Result): string | undefined {
  const own = jsonPath.replace(/\.json$/, '.db')
  if (own.endsWith('.db') && existsSync(own) && liesWithin(dirname(jsonPath), own)) return own
  return resultDbPath === null ? undefined : beside(jsonPath, resultDbPath)
}

/**
 * A result names its DB, and may come from somebody else: only what lies in the folder of its JSON, or below, is read.
 */
function beside(jsonPath: string, named: string): string | undefined {
  const folder = dirname(jsonPath)
  return [join(folder, basename(named)), named].find(
    (path) => path.endsWith('.db') && existsSync(path) && liesWithin(folder, path),
  )
}

function isResult(path: string): boolean {
  try {
    const value = readJson(path)
    return [resultSchema, comparisonResultSchema, capacitySchema].some(
      (schema) => schema.safeParse(listIn(value)[0]).success,
    )
  } catch {
    return false
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    throw new ConfigError(`"${path}": cannot be read as JSON: ${(error as Error).message}`)
  }
}
