/** From a scenario to the levels of load it runs one after another. */
import { chooseExecutor, type ResolvedConfig, type Shard } from '../config/index.ts'
import type { Result } from '../result/index.ts'
import { checkLevel } from './executors.ts'
import type { Level } from './level.ts'
import { shareOfShard } from './share.ts'

/** Requests sent when neither number, duration nor stages say how many. */
const DEFAULT_NUMBER = 100

export interface RunLevel {
  level: Level
  warmup: Level | undefined
  /** Names this level among others, for instance `parallel_4`; undefined without a sweep. */
  label: string | undefined
  /** Adds to the result what is judged beyond its thresholds, before it is written. */
  finish?: (result: Result) => Result
}

/** @throws ConfigError when an executor lacks what it needs */
export function levelsOf(config: ResolvedConfig): RunLevel[] {
  const parallels = [config.parallel].flat()
  const rates = [config.rate].flat()
  const numbers = [config.number ?? []].flat()
  const sweepsRate = config.openLoop || (rates.length > 1 && parallels.length === 1)
  const count = sweepsRate ? rates.length : parallels.length
  return Array.from({ length: count }, (_, i) => {
    const rate = rates[i] ?? rates[0]!
    const parallel = parallels[i] ?? parallels[0]!
    const level: Level = {
      executor: chooseExecutor(config, rate),
      parallel: config.openLoop ? Number.POSITIVE_INFINITY : parallel,
      number: numbers[i] ?? numbers[0] ?? defaultNumber(config),
      rate,
      durationMs: config.duration === undefined ? Number.POSITIVE_INFINITY : config.duration * 1000,
      burstiness: config.burstiness,
      stages: config.stages ?? [],
      timestamps: config.timestamps ?? [],
      seed: config.loadSeed,
      ...(config.multiTurn ? { thinkTime: config.thinkTime } : {}),
    }
    checkLevel(level)
    return {
      level,
      warmup: warmupOf(config, level),
      label: count === 1 ? undefined : sweepsRate ? `rate_${rate}` : `parallel_${parallel}`,
    }
  })
}

function defaultNumber(config: ResolvedConfig): number {
  if (config.timestamps !== undefined) return config.timestamps.length
  return config.duration === undefined && config.stages === undefined ? DEFAULT_NUMBER : Number.POSITIVE_INFINITY
}

/** The same load for a few requests first: a count, or a share of the number. */
function warmupOf(config: ResolvedConfig, level: Level): Level | undefined {
  if (config.warmupNum === 0) return undefined
  const whole = Number.isFinite(level.number) ? level.number : DEFAULT_NUMBER
  const number = config.warmupNum < 1 ? Math.ceil(config.warmupNum * whole) : Math.floor(config.warmupNum)
  return { ...level, number, seed: level.seed + 1 }
}

/** A level as one process of a split load sends it. */
export function partOf(level: Level, shard: Shard): Level {
  return { ...level, parallel: shareOfShard(level.parallel, shard), number: shareOfShard(level.number, shard) }
}

/** The options of one level, as its result states them. */
export function levelConfig(config: Readonly<Record<string, unknown>>, level: Level): Record<string, unknown> {
  return {
    ...config,
    parallel: Number.isFinite(level.parallel) ? level.parallel : config['parallel'],
    rate: level.rate,
    executor: level.executor,
    number: Number.isFinite(level.number) ? level.number : undefined,
  }
}

/** The level as it is sent to the load threads: as planned, or with the room that `confidence` may need. */
export function withBudget(level: Level, { confidence, maxNumber, maxDuration }: ResolvedConfig): Level {
  if (confidence === undefined || (maxNumber === undefined && maxDuration === undefined)) return level
  return {
    ...level,
    number: maxNumber ?? Number.POSITIVE_INFINITY,
    durationMs: maxDuration === undefined ? Number.POSITIVE_INFINITY : maxDuration * 1000,
  }
}
