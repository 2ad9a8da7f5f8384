/** What a killed run left behind, made whole: its DB one sound file with a result, its JSON, and progress.json. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { type Result, renderJson } from '../result/index.ts'
import { writeWholeFile } from './files.ts'
import { completeResultDb } from './join.ts'
import { mendProgressFile } from './progressFile.ts'
import { readRunDb } from './readRun.ts'

export interface Recovered {
  result: Result
  jsonPath: string
  /** The run had written its result: there was nothing to recover but perhaps a file. */
  wasFinished: boolean
  /** The progress.json that was put right, where there was one. */
  mendedPath: string | undefined
}

/**
 * Gives a run without a result the one that its requests come to: interrupted, and never a pass. Doing it again changes
 * nothing.
 *
 * @throws ConfigError when the run still goes on
 * @throws StoreError when the DB cannot be read, is damaged or open elsewhere, or a file cannot be written
 */
export function recoverRun(path: string): Recovered {
  const mendedPath = mendProgressFile(dirname(path))
  const { result, state } = readRunDb(path)
  if (state === 'running') throw new ConfigError(`"${path}": its run still goes on; wait for its end, or interrupt it`)
  const wasFinished = state === 'finished'
  completeResultDb(path, wasFinished ? {} : { result })
  const jsonPath = `${path.replace(/\.db$/, '')}.json`
  if (!wasFinished || !existsSync(jsonPath)) writeWholeFile(jsonPath, renderJson(result))
  return { result, jsonPath, wasFinished, mendedPath }
}
