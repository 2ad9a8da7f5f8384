/** Joins the parts of a load that ran in several processes: their requests on one clock, and figures and verdict anew. */
import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { checkOptions, type ResolvedConfig } from '../config/index.ts'
import { showsSpeed } from '../datasets/index.ts'
import { Judging, minSuccessOfRun, parseObjectives, parseThresholds } from '../gates/index.ts'
import { RunMetrics, speedRecorder } from '../metrics/index.ts'
import {
  type ClientHealth,
  type MergedFacts,
  type PromptCache,
  type PromptsFromCache,
  type Result,
  renderJson,
  type ServerView,
} from '../result/index.ts'
import { environment } from './environment.ts'
import { reservePath, writeWholeFile } from './files.ts'
import { addFacts, joinResultDbs } from './join.ts'
import { readResultDb } from './reader.ts'
import { batchesOf, levelIn } from './rebuild.ts'
import { nameOf, type Part, type Parts, readParts } from './shardParts.ts'
import { toResult } from './toResult.ts'

export interface MergeOptions {
  /** Figures of the parts that are there; otherwise a missing one is an error. */
  allowMissing?: boolean
  /** Default: that of the scenario. */
  outputsDir?: string | undefined
}

export interface MergeOutcome {
  result: Result
  metrics: RunMetrics
  /** Without ending: `.db` and `.json` are written. */
  path: string
}

/**
 * Joins the requests of all parts exactly and judges the scenario's thresholds on the whole.
 *
 * Times of day of a part are moved by the difference between its machine's clock and its process's timeline, as it was
 * when the part began; clocks of different machines are taken to be right.
 *
 * @param paths result DBs of the parts, or folders with them
 * @throws ConfigError when they are not the parts of one load, or one is missing
 * @throws StoreError when a DB cannot be read or written
 */
export function mergeShards(
  paths: readonly string[],
  { allowMissing = false, outputsDir }: MergeOptions = {},
): MergeOutcome {
  const read = readParts(paths, allowMissing)
  const [first] = read.parts as [Part, ...Part[]]
  const shown = without(first.facts['config'] as Record<string, unknown>, ['loadShard', 'startAt'])
  // A result states every option; one without a value was not given.
  const config = checkOptions(
    Object.keys(shown['thresholds'] ?? {}).length > 0 ? shown : without(shown, ['thresholds']),
  )
  const originMs = Math.min(...read.parts.map(({ shard }) => shard.startedAtMs))
  const path = reservePath({
    outputsDir: outputsDir ?? config.outputsDir,
    model: config.model ?? 'model',
    label: config.name,
    level: `merged_${read.count}`,
    startedAt: config.noTimestamp ? undefined : new Date(originMs),
  })
  try {
    joinResultDbs(
      `${path}.db`,
      read.parts.map((part) => ({
        path: part.path,
        offsetSeconds: part.shard.offsetMs / 1000,
        index: part.shard.index - 1,
        count: read.count,
      })),
    )
    const { result, metrics } = figuresOf(`${path}.db`, { read, config, shown, originMs })
    addFacts(`${path}.db`, {
      config: shown,
      environment: result.environment,
      startedAt: result.startedAt,
      level: first.facts['level'],
      endpoint: result.endpoint.url,
      result,
    })
    writeWholeFile(`${path}.json`, renderJson(result))
    return { result, metrics, path }
  } catch (error) {
    // Half of a joined DB would be taken for a run that was killed.
    rmSync(`${path}.db`, { force: true })
    throw error
  }
}

interface Whole {
  read: Parts
  config: ResolvedConfig
  shown: Record<string, unknown>
  /** The first start of a part, Unix milliseconds. */
  originMs: number
}

function figuresOf(dbPath: string, { read, config, shown, originMs }: Whole): { result: Result; metrics: RunMetrics } {
  const { parts } = read
  const [first] = parts as [Part, ...Part[]]
  const level = levelIn(first.facts['level'])!
  const objectives = parseObjectives(config.objectives)
  const metrics = new RunMetrics(0, objectives)
  // Nothing can be stopped any more.
  const gates = parseThresholds(config.thresholds).map(({ abortAfterMs: _, ...threshold }) => threshold)
  const judging = new Judging({
    config,
    level,
    thresholds: gates,
    objectives,
    minSuccess: minSuccessOfRun(config, gates),
    metrics,
    startedAt: () => 0,
    end: () => {},
    stop: () => {},
  })
  const speed = showsSpeed(config) ? speedRecorder() : undefined
  const reader = readResultDb(dbPath)
  try {
    for (const batch of batchesOf(reader.requests(), originMs)) {
      metrics.add(batch)
      judging.take(batch)
      speed?.add(batch)
    }
  } finally {
    reader.close()
  }
  for (const { facts } of parts) metrics.addTimes('connect', (facts['connectMs'] as number[] | undefined) ?? [])
  const server = joinedServer(parts)
  metrics.energyJoules = server?.energy?.joules ?? Number.NaN
  const thresholds = judging.results()
  const merged = mergedFacts(read)
  const result = toResult(metrics, {
    name: first.result.name,
    startedAt: new Date(originMs),
    endpoint: first.result.endpoint,
    interrupted: parts.some((part) => part.result.interrupted),
    config: shown,
    level,
    expectedRequests: expected(parts, read.missing),
    resultDbPath: dbPath,
    thresholds,
    client: joinedHealth(parts, metrics),
    environment: environment(),
    notes: [...ownNotes(read, merged), ...judging.notes(thresholds)],
    server,
    promptCache: joinedPromptCache(parts),
    speed: speed?.rows(),
    merged,
  })
  return { result: { ...result, notes: [...result.notes, ...notesOfParts(parts, result.notes)] }, metrics }
}

/** Requests planned in the parts that are there, as each counted its own; null where time was the end, or a part is missing. */
function expected(parts: readonly Part[], missing: readonly number[]): number | null {
  const planned = parts.map(({ result }) => result.summary.expectedRequests)
  if (missing.length > 0 || planned.includes(null)) return null
  return planned.reduce<number>((sum, number) => sum + number!, 0)
}

/** Each part knows the prompts that it sent itself. */
function joinedPromptCache(parts: readonly Part[]): PromptCache | undefined {
  const known = parts.flatMap(({ result }) => result.promptCache ?? [])
  if (known.length === 0) return undefined
  const joined = (kind: keyof PromptCache): PromptsFromCache => ({
    requests: known.reduce((sum, one) => sum + one[kind].requests, 0),
    fromCache: known.reduce((sum, one) => sum + one[kind].fromCache, 0),
    cachedTokens: known.reduce((sum, one) => sum + one[kind].cachedTokens, 0),
  })
  return { fresh: joined('fresh'), repeated: joined('repeated') }
}

/** One generator that could not keep up makes the whole a measurement of it. */
function joinedHealth(parts: readonly Part[], metrics: RunMetrics): ClientHealth {
  const clients = parts.map(({ result }) => result.client)
  const worst = (pick: (client: ClientHealth) => number): number => Math.max(0, ...clients.map(pick))
  const sum = (pick: (client: ClientHealth) => number): number => clients.reduce((all, one) => all + pick(one), 0)
  const broken = parts.find(({ result }) => result.client.broken !== undefined)
  const [slowest] = clients.toSorted((a, b) => (b.harnessOverheadMs ?? 0) - (a.harnessOverheadMs ?? 0))
  const age = slowest?.harnessOverheadAgeSeconds
  const dispatch = metrics.distribution('dispatchDelay')
  return {
    valid: clients.every(({ valid }) => valid),
    reasons: parts.flatMap((part) => part.result.client.reasons.map((reason) => `part ${nameOf(part)}: ${reason}`)),
    workers: sum(({ workers }) => workers),
    cpuShare: worst(({ cpuShare }) => cpuShare),
    busyShare: worst(({ busyShare }) => busyShare),
    eventLoopDelayMs: {
      p50: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.p50),
      p99: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.p99),
      max: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.max),
    },
    dispatchDelayMs: { p99: dispatch?.percentile(99) ?? 0, max: dispatch?.max ?? 0 },
    offeredShare: Math.min(...clients.map(({ offeredShare }) => offeredShare ?? 1)),
    gcPauseMs: { total: sum(({ gcPauseMs }) => gcPauseMs.total), max: worst(({ gcPauseMs }) => gcPauseMs.max) },
    socketsRefused: sum(({ socketsRefused }) => socketsRefused),
    harnessOverheadMs: slowest?.harnessOverheadMs ?? null,
    ...(age === undefined ? {} : { harnessOverheadAgeSeconds: age }),
    ...(broken === undefined ? {} : { broken: `part ${nameOf(broken)}: ${broken.result.client.broken}` }),
  }
}

function mergedFacts({ parts, count, missing }: Parts): MergedFacts {
  const starts = parts.map(({ shard }) => shard.startedAtMs)
  return {
    count,
    missing,
    skewMs: Math.max(...starts) - Math.min(...starts),
    parts: parts.map(({ path, shard, result }) => ({
      ...shard,
      db: basename(path),
      requests: result.summary.totalRequests,
      valid: result.client.valid,
      reasons: result.client.reasons,
    })),
  }
}

/** How the parts go together. */
function ownNotes({ parts, count, missing }: Parts, { skewMs, parts: stated }: MergedFacts): string[] {
  const most = (pick: (part: MergedFacts['parts'][number]) => number): string =>
    Math.max(...stated.map((part) => Math.abs(pick(part)))).toFixed(1)
  return [
    ...(missing.length === 0
      ? []
      : [
          `Part${missing.length === 1 ? '' : 's'} ${missing.map((number) => `${number}/${count}`).join(', ')} of the load ${missing.length === 1 ? 'is' : 'are'} missing: the figures are those of the other ${parts.length}, and not of the load that was asked for.`,
        ]),
    `Joined from ${parts.length} processes, which began within ${skewMs.toFixed(1)} ms of each other by the clocks of their machines; those were off their timelines by up to ${most(({ offsetMs }) => offsetMs)} ms, which was put right, and went ${most(({ driftMs }) => driftMs)} ms further until the end.`,
  ]
}

/** What the parts say that the whole does not say with its own numbers. */
function notesOfParts(parts: readonly Part[], said: readonly string[]): string[] {
  const wording = (note: string): string => note.replace(/\d[\d.,]*/g, '#')
  const known = new Set(said.map(wording))
  const notes = parts.flatMap(({ result }) => result.notes)
  return [...new Set(notes)].filter((note) => !note.startsWith('This is part ') && !known.has(wording(note)))
}

/** All parts were sent to one server, which counted the requests of all; what a part's client saw is of that part alone. */
function joinedServer(parts: readonly Part[]): ServerView | undefined {
  const views = parts.flatMap(({ result }) => result.server ?? [])
  const [longest] = views.toSorted((a, b) => b.scrapes - a.scrapes)
  return longest && { ...longest, comparison: [] }
}

function without(config: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)))
}
