/** `--enable-progress-tracker`: progress.json, for a program that watches the run from outside. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { currentDate, type ResolvedConfig } from '../config/index.ts'
import { isAlive, makeFolder, ownProcess, writeWholeFile } from '../store/index.ts'
import type { RunHooks, RunProgress } from './hooks.ts'

/** The file is written at most so often, and at each change of phase. */
const EVERY_MS = 500

type Status = 'running' | 'done' | 'interrupted' | 'failed'

/**
 * Does `work` with hooks that also write the file, where the scenario asks for it. However the work ends, the file says
 * so: it is not left at `running`. One that cannot be written is said once, and the run goes on.
 */
export async function withProgressFile<T>(
  { enableProgressTracker, outputsDir }: Pick<ResolvedConfig, 'enableProgressTracker' | 'outputsDir'>,
  hooks: RunHooks,
  work: (hooks: RunHooks) => Promise<T>,
): Promise<T> {
  if (!enableProgressTracker) return work(hooks)
  const file = trackProgress(outputsDir, hooks)
  const isInterrupted = (): boolean => hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
  try {
    const result = await work(file.hooks)
    file.end(isInterrupted() ? 'interrupted' : 'done')
    return result
  } catch (error) {
    file.end(isInterrupted() ? 'interrupted' : 'failed')
    throw error
  }
}

/**
 * Puts right what a killed run left at `running`.
 * @returns the path of the file that was put right; undefined: there is none, or its run goes on
 */
export function mendProgressFile(folder: string): string | undefined {
  const path = progressPath(folder)
  if (!existsSync(path)) return undefined
  const record = readRecord(path)
  if (record?.['status'] !== 'running' || isAlive(record['process']) === true) return undefined
  write(path, { ...record, status: 'interrupted' satisfies Status })
  return path
}

function trackProgress(outputsDir: string, hooks: RunHooks): { hooks: RunHooks; end: (status: Status) => void } {
  const path = progressPath(outputsDir)
  const owner = ownProcess()
  let last: RunProgress | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  let lastStage = ''
  let failed = false
  function tell(status: Status, progress: RunProgress): void {
    if (failed) return
    try {
      makeFolder(outputsDir)
      write(path, { status, ...progressRecord(progress), updatedAt: currentDate().toISOString(), process: owner })
    } catch (error) {
      failed = true
      hooks.onNotice?.(`progress is not tracked: ${(error as Error).message}`)
    }
  }
  return {
    hooks: {
      ...hooks,
      onProgress(progress) {
        hooks.onProgress?.(progress)
        last = progress
        const stage = `${progress.level} ${progress.phase}`
        const now = performance.now()
        if (stage === lastStage && now - lastAt < EVERY_MS) return
        lastAt = now
        lastStage = stage
        tell('running', progress)
      },
    },
    end(status) {
      if (last !== undefined) tell(status, last)
    },
  }
}

function progressPath(folder: string): string {
  return join(folder, 'progress.json')
}

/** A reader never sees half a file. */
function write(path: string, record: Record<string, unknown>): void {
  writeWholeFile(path, `${JSON.stringify(record, null, 2)}\n`)
}

function readRecord(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** `percent` counts all levels of a sweep as equally long; it reaches 100 with the last request of the last level. */
function progressRecord(progress: RunProgress): Record<string, unknown> {
  const { phase, level, levels, done, total, elapsedSeconds, durationSeconds } = progress
  const shares = [total === null ? 0 : done / total, durationSeconds === null ? 0 : elapsedSeconds / durationSeconds]
  const share = phase === 'measuring' ? Math.min(1, Math.max(...shares)) : 0
  return { percent: Number((((level + share) / levels) * 100).toFixed(1)), ...progress }
}
