/** `--enable-progress-tracker`: progress.json, for a program that watches the run from outside. */
import { performance } from 'node:perf_hooks'
import { currentDate, type ResolvedConfig } from '../config/index.ts'
import { ownProcess, type ProgressStatus, writeProgress } from '../records/index.ts'
import type { RunHooks, RunProgress } from './hooks.ts'

/** The file is written at most so often, and at each change of phase. */
const EVERY_MS = 500

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

function trackProgress(
  outputsDir: string,
  hooks: RunHooks,
): { hooks: RunHooks; end: (status: ProgressStatus) => void } {
  const owner = ownProcess()
  let last: RunProgress | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  let lastStage = ''
  let failed = false
  function tell(status: ProgressStatus, progress: RunProgress): void {
    if (failed) return
    try {
      const updatedAt = currentDate().toISOString()
      writeProgress(outputsDir, { status, ...progressRecord(progress), updatedAt, process: owner })
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

/** `percent` counts all levels of a sweep as equally long; it reaches 100 with the last request of the last level. */
function progressRecord(progress: RunProgress): Record<string, unknown> {
  const { phase, level, levels, done, total, elapsedSeconds, durationSeconds } = progress
  const shares = [total === null ? 0 : done / total, durationSeconds === null ? 0 : elapsedSeconds / durationSeconds]
  const share = phase === 'measuring' ? Math.min(1, Math.max(...shares)) : 0
  return { percent: Number((((level + share) / levels) * 100).toFixed(1)), ...progress }
}
