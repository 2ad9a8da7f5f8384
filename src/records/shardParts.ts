/** The parts of one load, read from their DBs and checked: all of one load, each once, and of one time. */
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ConfigError, shardName } from '../config/index.ts'
import { type Result, resultSchema, type ShardFacts } from '../result/index.ts'
import { readResultDb } from './reader.ts'

export interface Part {
  path: string
  facts: Readonly<Record<string, unknown>>
  result: Result
  shard: ShardFacts
}

export interface Parts {
  /** In the order of their numbers. */
  parts: Part[]
  count: number
  /** Those that are not there, from 1. */
  missing: number[]
}

/** What may differ between the parts: where and how each runs, not what it sends. */
const OWN = new Set([
  ...['loadShard', 'startAt', 'outputsDir', 'workers', 'dbCommitInterval', 'logEveryNQuery', 'noTimestamp'],
  ...['enableProgressTracker', 'visualizer', 'debug', 'gracefulStop'],
])

/**
 * @param paths result DBs, or folders with them, which are searched through; what was merged before is left out there
 * @throws ConfigError when they are not the parts of one load
 * @throws StoreError when a DB cannot be read
 */
export function readParts(paths: readonly string[], allowMissing: boolean): Parts {
  const parts = paths.flatMap(filesOf).flatMap(({ path, named }) => readPart(path, named))
  const [first] = parts
  if (first === undefined) throw new ConfigError(`"${paths.join('", "')}": no part of a load is in there`)
  const { count } = first.shard
  const found = new Map<number, Part>()
  for (const part of parts) {
    requireAlike(first, part)
    const same = found.get(part.shard.index)
    if (same !== undefined)
      throw new ConfigError(`part ${nameOf(part)} is there twice: "${same.path}" and "${part.path}"; leave one out`)
    found.set(part.shard.index, part)
  }
  requireOneTime(parts)
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  const missing = numbers.filter((number) => !found.has(number))
  if (missing.length > 0 && !allowMissing)
    throw new ConfigError(
      `${missing.map((number) => `part ${number}/${count}`).join(', ')} of the load ${missing.length === 1 ? 'is' : 'are'} missing; give all DBs, or --allow-missing for the figures of the rest`,
    )
  return { parts: numbers.flatMap((number) => found.get(number) ?? []), count, missing }
}

/** `2/4`. */
export function nameOf({ shard: { index, count } }: Pick<Part, 'shard'>): string {
  return shardName({ index: index - 1, count })
}

function filesOf(path: string): { path: string; named: boolean }[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined)
    throw new ConfigError(`"${path}": there is no such file; give result DBs of parts, or folders with them`)
  if (!stat.isDirectory()) return [{ path, named: true }]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.db') && statSync(join(path, name)).size > 0)
    .toSorted()
    .map((name) => ({ path: join(path, name), named: false }))
}

function readPart(path: string, named: boolean): Part[] {
  const reader = readResultDb(path)
  try {
    const { facts } = reader
    const parsed = resultSchema.safeParse(facts['result'])
    if (!parsed.success)
      throw new ConfigError(
        `"${path}": its run has not written a result: wait for it where it goes on; where it was killed, "perfgate recover" keeps what it measured, or leave it out with --allow-missing`,
      )
    const result = parsed.data
    if (result.merged !== undefined && !named) return []
    if (result.shard === undefined)
      throw new ConfigError(`"${path}": is no part of a load: it was not run with --load-shard; leave it out`)
    return [{ path, facts, result, shard: result.shard }]
  } finally {
    reader.close()
  }
}

function requireAlike(first: Part, part: Part): void {
  if (part.shard.count !== first.shard.count)
    throw new ConfigError(
      `"${part.path}" is part ${nameOf(part)}, but "${first.path}" is part ${nameOf(first)}: not of one load`,
    )
  const [one, other] = [first, part].map(({ facts }) => facts['config'] as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ]
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [here, there] = [JSON.stringify(one[name]), JSON.stringify(other[name])]
    if (!OWN.has(name) && here !== there)
      throw new ConfigError(
        `the parts are not of one load: "${name}" is ${here ?? 'absent'} in part ${nameOf(first)} ("${first.path}") and ${there ?? 'absent'} in part ${nameOf(part)} ("${part.path}")`,
      )
  }
  if (part.shard.startAtMs !== null && first.shard.startAtMs !== null && isFixed(one) && isFixed(other))
    if (part.shard.startAtMs !== first.shard.startAtMs)
      throw new ConfigError(
        `the parts are not of one run: "startAt" is ${one['startAt']} in part ${nameOf(first)} and ${other['startAt']} in part ${nameOf(part)}`,
      )
}

/** A time of day, the same for all; seconds from now are another moment in each process. */
function isFixed({ startAt }: Record<string, unknown>): boolean {
  return typeof startAt === 'string' && !startAt.startsWith('+')
}

/** A part that began when another had ended was sent in another run. */
function requireOneTime(parts: readonly Part[]): void {
  const startOf = ({ shard }: Part): number => shard.startedAtMs
  const last = parts.reduce((late, part) => (startOf(part) > startOf(late) ? part : late))
  for (const part of parts) {
    const endMs = startOf(part) + part.result.summary.timeTakenSeconds * 1000
    // One that was killed may have ended before others began.
    if (part !== last && !part.result.interrupted && endMs < startOf(last))
      throw new ConfigError(
        `part ${nameOf(last)} ("${basename(last.path)}") began ${((startOf(last) - endMs) / 1000).toFixed(1)} s after part ${nameOf(part)} had ended: they are not one load; start them together with --start-at`,
      )
  }
}
