/** One load over several machines: which part of it this process sends, and when all of them begin. */
import { ConfigError } from './errors.ts'
import { rejectUnsupported } from './plans.ts'
import type { ResolvedConfig } from './schema.ts'

export interface Shard {
  /** From 0. */
  index: number
  count: number
}

/** @param text `i/n`, from `1/n` on, as in `vitest --shard`. @throws ConfigError when it is not that */
export function parseShard(text: string): Shard {
  const [, part, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const [index, count] = [Number(part) - 1, Number(of)]
  if (!(index >= 0 && index < count))
    throw new ConfigError(
      `option "loadShard": "${text}" is not a part of a whole; write i/n with i from 1 to n, for instance 1/4`,
      'loadShard',
    )
  return { index, count }
}

/** `2/4`, as a user wrote it. */
export function shardName({ index, count }: Shard): string {
  return `${index + 1}/${count}`
}

/**
 * @param text a time of day with its zone, `2026-08-01T12:00:00Z`, or `+30`: so many seconds from now
 * @returns Unix milliseconds
 * @throws ConfigError when it is neither
 */
export function parseStartAt(text: string, nowMs: number): number {
  if (/^\+\d+(\.\d+)?$/.test(text)) return nowMs + Number(text.slice(1)) * 1000
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)
  const atMs = isTime ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw new ConfigError(
      `option "startAt": "${text}" is not a time; write one with its zone, for instance 2026-08-01T12:00:00Z, or +30 for in 30 seconds`,
      'startAt',
    )
  return atMs
}

/** @throws ConfigError when the scenario is one that cannot be split so that its parts add up to it */
export function checkShard(config: ResolvedConfig): void {
  if (config.startAt !== undefined) parseStartAt(config.startAt, 0)
  const levels = Math.max(...[config.parallel, config.rate].map((value) => [value].flat().length))
  if (config.startAt !== undefined && levels > 1)
    throw new ConfigError('option "startAt": is for one level of load; run each level by itself', 'startAt')
  if (config.loadShard === undefined) return
  if (config.slaAutoTune) rejectUnsupported('search', { loadShard: config.loadShard })
  const { count } = parseShard(config.loadShard)
  const refuse = (why: string): never => {
    throw new ConfigError(`option "loadShard": ${why}`, 'loadShard')
  }
  if (levels > 1) refuse('is for one level of load; run each level by itself and merge it')
  for (const name of ['maxNumber', 'maxDuration'] as const)
    if (config[name]) refuse(`${name} decides from the figures of the whole what is sent next; leave it out`)
  if (config.baseline !== undefined)
    refuse('a part is not compared with a baseline; compare what perfgate merge writes')
  if (config.store === 'none') refuse('store "none" leaves nothing to merge; use "metrics" or "full"')
  for (const name of ['parallel', 'number'] as const) {
    const value = [config[name] ?? []].flat()[0]
    const isUsed = name === 'number' || !config.openLoop
    if (isUsed && value !== undefined && value < count)
      refuse(`${name} ${value} cannot be split over ${count} processes; each needs at least one`)
  }
}
