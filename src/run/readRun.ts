/** A run read back from its files: a result JSON, a result DB, or both. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { type Result, resultSchema } from '../result/index.ts'
import { isAlive, type ResultReader, readResultDb } from '../store/index.ts'
import { rebuildResult, type Unfinished } from './rebuild.ts'

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

/**
 * Reads runs from result JSON files, result DBs and folders of them, each run once.
 *
 * @throws ConfigError when a file is not there or not a result
 * @throws StoreError when a DB cannot be read
 */
export function readRuns(paths: readonly string[]): RecordedRun[] {
  const runs = paths.flatMap((path) => filesOf(path)).flatMap((file) => readFile(file))
  const seen = new Set<string>()
  return runs.filter(({ dbPath, result }) => {
    const key = dbPath ?? `${result.name} ${result.startedAt} ${JSON.stringify(result.summary)}`
    return !seen.has(key) && seen.add(key)
  })
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
  if (isComparedSide(reader)) return { result: rebuildResult(reader, 'compared'), finished: true, state: 'finished' }
  const state = unfinishedState(reader)
  return { result: rebuildResult(reader, state), finished: reader.finished, state }
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

function readFile(path: string): RecordedRun[] {
  if (path.endsWith('.db')) return [readRunDb(path)]
  const value = readJson(path)
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new ConfigError(`"${path}": it has no result in it`)
  return list.map((one) => {
    const parsed = resultSchema.safeParse(one)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new ConfigError(
        `"${path}": this is not a result of perfgate: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
      )
    }
    return { result: parsed.data, dbPath: dbOf(path, parsed.data), finished: true, state: 'finished' }
  })
}

/** The file beside the JSON comes first: folders are moved and downloaded, and then the path in the result is stale. */
function dbOf(jsonPath: string, { summary }: Result): string | undefined {
  const beside = jsonPath.replace(/\.json$/, '.db')
  const named = summary.resultDbPath
  const moved = named === null ? undefined : join(dirname(jsonPath), basename(named))
  return (
    [beside, moved, named].find((path) => typeof path === 'string' && path.endsWith('.db') && existsSync(path)) ??
    undefined
  )
}

function isResult(path: string): boolean {
  try {
    const value = readJson(path)
    return resultSchema.safeParse(Array.isArray(value) ? value[0] : value).success
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
