/** The results of one folder, and no file outside it. */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type RunState, readJudged, readRunDb } from '../../records/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'

export interface ListedRun {
  /** Name of the file in the folder. */
  file: string
  modifiedAt: Date
  /** Undefined where the DB cannot be read. */
  result: Result | undefined
  /** False while the run goes on, and for one that was killed. */
  finished: boolean
  state: RunState
  /** Why the DB cannot be read. */
  problem: string | undefined
}

/** A comparison or a capacity search, of which the folder has a JSON file. */
export interface ListedVerdict {
  file: string
  result: ComparisonResult | CapacityResult
}

export interface ResultFolder {
  list(): ListedRun[]
  /** Latest first. */
  verdicts(): ListedVerdict[]
  /** The path of a DB that is listed; undefined for any other name, whatever is in it. */
  pathOf(file: string): string | undefined
}

export function resultFolder(folder: string): ResultFolder {
  /** The DB of a run that has ended does not change by itself; others are read anew. */
  const known = new Map<string, { stamp: string; run: ListedRun }>()

  const judged = new Map<string, { stamp: string; result: ListedVerdict['result'] | undefined }>()

  // A link could lead out of the folder, so only plain files count.
  const named = (ending: string): string[] =>
    readdirSync(folder).filter((name) => name.endsWith(ending) && lstatSync(join(folder, name)).isFile())
  const names = (): string[] => named('.db')

  function readVerdict(file: string): ListedVerdict[] {
    const path = join(folder, file)
    const { mtime, size } = statSync(path)
    const stamp = `${mtime.getTime()} ${size}`
    let known = judged.get(file)
    if (known?.stamp !== stamp) {
      known = { stamp, result: readJudged(path) }
      judged.set(file, known)
    }
    return known.result === undefined ? [] : [{ file, result: known.result }]
  }

  function read(file: string): ListedRun {
    const path = join(folder, file)
    const { mtime, size } = statSync(path)
    const stamp = `${mtime.getTime()} ${size}`
    const before = known.get(file)
    if (before?.stamp === stamp && (before.run.state === 'finished' || before.run.state === 'interrupted'))
      return before.run
    const run = readOne(file, path, mtime)
    known.set(file, { stamp, run })
    return run
  }

  return {
    list: () => names().map(read).sort(latestFirst),
    verdicts: () =>
      named('.json')
        .flatMap(readVerdict)
        .sort((a, b) => b.result.startedAt.localeCompare(a.result.startedAt) || a.file.localeCompare(b.file)),
    pathOf: (file) => (names().includes(file) ? join(folder, file) : undefined),
  }
}

function readOne(file: string, path: string, modifiedAt: Date): ListedRun {
  try {
    const { result, finished, state } = readRunDb(path)
    return { file, modifiedAt, result, finished, state, problem: undefined }
  } catch (error) {
    return { file, modifiedAt, result: undefined, finished: false, state: 'unknown', problem: (error as Error).message }
  }
}

function latestFirst(a: ListedRun, b: ListedRun): number {
  const at = ({ result, modifiedAt }: ListedRun): string => result?.startedAt ?? modifiedAt.toISOString()
  return at(b).localeCompare(at(a)) || a.file.localeCompare(b.file)
}
