/** Reads a recording's requests and the times they came at, for an open loop that sends them so again. */
import { ConfigError, type ResolvedConfig, TIMED_DATASETS } from '../config/index.ts'
import { readPrompts, type TimedPrompt } from '../datasets/index.ts'
import { MAX_BODIES } from './requests.ts'

export interface Recording {
  /** In the order in which they came. */
  prompts: TimedPrompt[]
  /** Milliseconds after the first, ascending. */
  timestamps: number[]
}

/**
 * Undefined where the scenario replays no recorded times.
 * @throws ConfigError when a recording is to be sent in a closed loop, or a request has no time
 */
export async function readRecording(
  config: ResolvedConfig,
  notice: (text: string) => void = () => {},
): Promise<Recording | undefined> {
  const dataset = config.dataset.replaceAll('-', '_')
  if (config.prompt !== undefined || !TIMED_DATASETS.includes(dataset)) return undefined
  if (!config.openLoop) {
    if (dataset !== 'workload_trace') return undefined
    throw new ConfigError(
      'option "openLoop": dataset workload_trace replays requests at their recorded times; add openLoop (--open-loop)',
      'openLoop',
    )
  }
  // A rate, stages or timestamps of the user's own win over the recording's.
  if (config.timestamps !== undefined || config.stages !== undefined || [config.rate].flat().some((rate) => rate > 0))
    return undefined
  const read = await readPrompts(config, MAX_BODIES, notice)
  if (read.length === MAX_BODIES) notice(`dataset ${dataset}: the first ${MAX_BODIES} requests are replayed`)
  const untimed = read.findIndex(({ atMs }) => atMs === undefined)
  if (untimed >= 0)
    throw new ConfigError(
      `option "openLoop": request ${untimed + 1} of dataset ${dataset} has no "timestamp"; give a rate, or a trace with times`,
      'openLoop',
    )
  const isSorted = read.every(({ atMs }, i) => i === 0 || read[i - 1]!.atMs! <= atMs!)
  if (!isSorted)
    notice(`dataset ${dataset}: the recorded times are not in order; requests are sent in that of their times`)
  const prompts = isSorted ? read : read.toSorted((a, b) => a.atMs! - b.atMs!)
  const first = prompts[0]!.atMs!
  return { prompts, timestamps: prompts.map(({ atMs }) => atMs! - first) }
}
