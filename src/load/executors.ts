/** Every executor: how many requests a level keeps in flight, or when each is due. What else is known: config/executors.ts. */
import { ConfigError } from '../config/errors.ts'
import { EXECUTORS, type ExecutorName, type ExecutorNeed } from '../config/executors.ts'
import { exponential, gamma as gammaVariate, type Random, seeded } from '../random/index.ts'
import type { Level } from './level.ts'
import { stagesEndMs, stagesPeak, stageValueAt, timeOfCount } from './stages.ts'

export interface ClosedLoop {
  readonly kind: 'closed'
  /** Most requests in flight over the whole level. */
  peak(level: Level): number
  /** Requests to keep in flight at a time after the start, milliseconds. */
  concurrencyAt(level: Level, elapsedMs: number): number
  /** When nothing new is sent any more, milliseconds after the start. */
  endsMs(level: Level): number
}

export interface OpenLoop {
  readonly kind: 'open'
  /** Highest mean arrival rate, per second: how many connections to have ready. */
  peak(level: Level): number
  /** A function that gives one arrival time after another, milliseconds after the start; Infinity when there are no more. */
  arrivals(level: Level): () => number
  endsMs(level: Level): number
}

/** Each conversation sends its next request when it has read the answer to the last. */
export interface Conversations {
  readonly kind: 'conversations'
  /** Conversations that go on at once. */
  peak(level: Level): number
  endsMs(level: Level): number
}

export type Executor = ClosedLoop | OpenLoop | Conversations

const ofDuration = (level: Level): number => level.durationMs
const ofStages = (level: Level): number => Math.min(level.durationMs, stagesEndMs(level.stages))
const startRate = (level: Level): number => Math.max(0, level.rate)

const steady = {
  peak: (level: Level): number => level.parallel,
  concurrencyAt: (level: Level): number => level.parallel,
  endsMs: ofDuration,
}

const paced = { peak: (level: Level): number => level.rate, endsMs: ofDuration }

/** Independent gaps of mean 1/`rate`, from seeded numbers; absolute times, so lateness never accumulates. */
function gaps(draw: (random: Random, level: Level) => number): (level: Level) => () => number {
  return (level) => {
    const random = seeded(level.seed)
    let atMs = 0
    return () => {
      atMs += (draw(random, level) * 1000) / level.rate
      return atMs
    }
  }
}

const LOOPS: { [Name in ExecutorName]: Extract<Executor, { kind: (typeof EXECUTORS)[Name]['kind'] }> } = {
  // EvalScope's closed loop.
  'shared-iterations': { kind: 'closed', ...steady },
  'constant-concurrency': { kind: 'closed', ...steady },
  'constant-arrival-rate': {
    kind: 'open',
    ...paced,
    arrivals(level) {
      let index = 0
      // Multiplying, not adding up, keeps the millionth arrival exact.
      return () => (index++ * 1000) / level.rate
    },
  },
  // EvalScope's `--rate`: independent users.
  poisson: { kind: 'open', ...paced, arrivals: gaps((random) => exponential(random)) },
  // `burstiness` below 1 sends bursts with pauses between them, above 1 nears an even rhythm.
  gamma: { kind: 'open', ...paced, arrivals: gaps((random, { burstiness }) => gammaVariate(random, burstiness)) },
  // Linear from each stage's end to the next one's target.
  'ramping-concurrency': {
    kind: 'closed',
    peak: (level) => Math.ceil(stagesPeak(level.stages, level.parallel)),
    concurrencyAt: (level, elapsedMs) => Math.round(stageValueAt(level.stages, level.parallel, elapsedMs)),
    endsMs: ofStages,
  },
  // The i-th request is due when the integral of the rate reaches i.
  'ramping-rate': {
    kind: 'open',
    peak: (level) => stagesPeak(level.stages, startRate(level)),
    endsMs: ofStages,
    arrivals(level) {
      let index = 0
      return () => timeOfCount(level.stages, startRate(level), ++index)
    },
  },
  trace: {
    kind: 'open',
    peak({ timestamps }) {
      const spanMs = timestamps.at(-1)! - timestamps[0]!
      return spanMs > 0 ? (timestamps.length * 1000) / spanMs : timestamps.length
    },
    endsMs: ofDuration,
    arrivals(level) {
      let index = 0
      return () => level.timestamps[index++] ?? Number.POSITIVE_INFINITY
    },
  },
  conversations: { kind: 'conversations', peak: steady.peak, endsMs: ofDuration },
}

export function executorNamed(name: ExecutorName): Executor {
  return LOOPS[name]
}

/** @throws ConfigError when the level lacks what its executor needs */
export function checkLevel(level: Level): void {
  for (const need of EXECUTORS[level.executor].needs) CHECKS[need](level, level.executor)
}

const CHECKS: Record<ExecutorNeed, (level: Level, executor: ExecutorName) => void> = {
  end({ number, durationMs }, executor) {
    if (number === Number.POSITIVE_INFINITY && durationMs === Number.POSITIVE_INFINITY)
      throw new ConfigError(`option "number": executor "${executor}" needs a number or a duration`, 'number')
  },
  duration({ durationMs }, executor) {
    if (durationMs === Number.POSITIVE_INFINITY)
      throw new ConfigError(`option "duration": executor "${executor}" needs one`, 'duration')
  },
  rate({ rate }, executor) {
    if (rate <= 0) throw new ConfigError(`option "rate": executor "${executor}" needs one, requests per second`, 'rate')
  },
  stages({ stages }, executor) {
    if (stages.length === 0)
      throw new ConfigError(
        `option "stages": executor "${executor}" needs them, for instance [{"duration":30,"target":16}]`,
        'stages',
      )
  },
  timestamps({ timestamps }, executor) {
    if (timestamps.length === 0)
      throw new ConfigError(`option "timestamps": executor "${executor}" needs them`, 'timestamps')
    const late = timestamps.findIndex((at, i) => i > 0 && at < timestamps[i - 1]!)
    if (late !== -1)
      throw new ConfigError(
        `option "timestamps": value ${late + 1} is earlier than the one before it; sort them`,
        'timestamps',
      )
  },
}
