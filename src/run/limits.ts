/** A run that nobody ends, ends by itself: after `timeLimit`, or when the process that started it is gone. */
import { clearInterval, setInterval } from 'node:timers'
import { ConfigError, PerfgateError, parseStartAt, type ResolvedConfig, wallClockMs } from '../config/index.ts'
import { startTimer } from '../config/timers.ts'
import type { ThresholdResult } from '../result/index.ts'
import type { RunHooks } from './hooks.ts'

/** Beyond the time that `duration`, `stages`, `timestamps` or `startAt` ask for. */
const DEFAULT_SECONDS = 3600
const LOOK_AT_PARENT_MS = 1000

/** Why a run was ended: the reason of its signal. */
export class RunLimit extends PerfgateError {
  declare readonly name: 'RunLimit'

  constructor(message: string) {
    super('RunLimit', message)
  }
}

/** In a sentence, why the run was ended before its work was done; undefined: it was not, or the user did it. */
export function limitReached({ signal }: Pick<RunHooks, 'signal'>): string | undefined {
  return signal?.aborted && signal.reason instanceof RunLimit ? signal.reason.message : undefined
}

/**
 * Does the work of a run within its limits: when one is reached, the load stops as after an interruption, and what was
 * measured is written.
 *
 * @throws ConfigError when `timeLimit` is too short for what is asked for
 */
export async function withinLimits<T>(
  config: ResolvedConfig,
  hooks: RunHooks,
  work: (hooks: RunHooks) => Promise<T>,
): Promise<T> {
  const planned = plannedSeconds(config)
  const { timeLimit = DEFAULT_SECONDS + planned, outliveParent } = config
  if (timeLimit < planned)
    throw new ConfigError(
      `option "timeLimit": ${timeLimit} s is less than the ${planned} s that the scenario asks for; raise it, or leave it out`,
      'timeLimit',
    )
  const ending = new AbortController()
  const end = (why: string): void => {
    hooks.onNotice?.(`${why}: requests in flight may finish, then what was measured is written`)
    ending.abort(new RunLimit(why))
  }
  const timer = startTimer(() => end(`the run was ended after timeLimit, ${timeLimit} s`), timeLimit * 1000)
  const watch = outliveParent ? undefined : watchParent(() => end('the run was ended: what had started it is gone'))
  const signal = hooks.signal === undefined ? ending.signal : AbortSignal.any([hooks.signal, ending.signal])
  try {
    return await work({ ...hooks, signal })
  } finally {
    timer.stop()
    clearInterval(watch)
  }
}

/** An orphan has another parent than it was born to. */
function watchParent(onGone: () => void): NodeJS.Timeout {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    onGone()
  }, LOOK_AT_PARENT_MS)
  return watch.unref()
}

/** Seconds until the load begins, where it says when, and that it is to last by its own description over all levels. */
function plannedSeconds({ duration, stages, timestamps, parallel, rate, startAt }: ResolvedConfig): number {
  const now = wallClockMs()
  const waitMs = startAt === undefined ? 0 : Math.max(0, parseStartAt(startAt, now) - now)
  const levels = Math.max([parallel].flat().length, [rate].flat().length)
  const ramp = stages?.reduce((sum, stage) => sum + stage.duration, 0) ?? 0
  const trace = (timestamps ?? []).reduce((latest, at) => Math.max(latest, at), 0) / 1000
  return Math.ceil(waitMs / 1000) + levels * Math.max(duration ?? 0, ramp, trace)
}

/** Why a level ended before its work was done. */
export interface Cut {
  why: string
  /** What to do about it. */
  remedy: string
}

/** A limit of the run that was reached; undefined: none, or the user ended it. */
export function cutByLimit(hooks: RunHooks): Cut | undefined {
  const why = limitReached(hooks)
  return why === undefined ? undefined : { why, remedy: 'raise timeLimit, or ask for less' }
}

/** A run that was ended early has broken a promise of its own: it must not look like one that passed. */
export function limitThreshold(cut: Cut | undefined, finished: number, expected: number | null): ThresholdResult[] {
  if (cut === undefined) return []
  const of = expected === null ? '' : ` of ${expected}`
  return [
    {
      expression: 'run is complete',
      actual: finished,
      limit: expected ?? finished,
      unit: '',
      n: finished,
      verdict: 'fail',
      message: `run is complete: ${cut.why}, when ${finished}${of} requests had finished; ${cut.remedy}`,
    },
  ]
}
