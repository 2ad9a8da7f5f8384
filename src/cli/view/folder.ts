/** The result DBs of one folder, and no file outside it. */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../../result/index.ts'
import { type RunState, readRunDb } from '../../run/index.ts'

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

export interface ResultFolder {
  list(): ListedRun[]
  /** The path of a DB that is listed; undefined for any other name, whatever is in it. */
  pathOf(file: string): string | undefined
}

export function resultFolder(folder: string): ResultFolder {
  /** The DB of a run that has ended does not change by itself; others are read anew. */
  const known = new Map<string, { stamp: string; run: ListedRun }>()

  // A link could lead out of the folder, so only plain files count.
  const names = (): string[] =>
    readdirSync(folder).filter((name) => name.endsWith('.db') && lstatSync(join(folder, name)).isFile())

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
