/** `--enable-progress-tracker`: progress.json, for a program that watches the run from outside. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunHooks, RunProgress } from './hooks.ts'

/** The file is written at most so often, and at each change of phase. */
const EVERY_MS = 500

/** Hooks that also write the file; one that cannot be written is said once, and the run goes on. */
export function trackProgress(outputsDir: string, hooks: RunHooks): RunHooks {
  const path = join(outputsDir, 'progress.json')
  let lastAt = Number.NEGATIVE_INFINITY
  let lastStage = ''
  let failed = false
  return {
    ...hooks,
    onProgress(progress) {
      hooks.onProgress?.(progress)
      const stage = `${progress.level} ${progress.phase}`
      const isLast = progress.total !== null && progress.done >= progress.total
      const now = performance.now()
      if (failed || (stage === lastStage && !isLast && now - lastAt < EVERY_MS)) return
      lastAt = now
      lastStage = stage
      try {
        mkdirSync(outputsDir, { recursive: true })
        // Renamed into place: a reader never sees half a file.
        writeFileSync(`${path}.part`, `${JSON.stringify(progressRecord(progress), null, 2)}\n`)
        renameSync(`${path}.part`, path)
      } catch (error) {
        failed = true
        hooks.onNotice?.(`progress is not tracked: cannot write ${path}: ${(error as Error).message}`)
      }
    },
  }
}

/** `percent` counts all levels of a sweep as equally long; it reaches 100 with the last request of the last level. */
function progressRecord(progress: RunProgress): Record<string, unknown> {
  const { phase, level, levels, done, total, elapsedSeconds, durationSeconds } = progress
  const shares = [total === null ? 0 : done / total, durationSeconds === null ? 0 : elapsedSeconds / durationSeconds]
  const share = phase === 'measuring' ? Math.min(1, Math.max(...shares)) : 0
  return {
    status: phase === 'measuring' && share >= 1 && level + 1 === levels ? 'done' : 'running',
    percent: Number((((level + share) / levels) * 100).toFixed(1)),
    ...progress,
    updatedAt: new Date().toISOString(),
  }
}
