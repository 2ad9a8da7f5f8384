/** The figures of a run without a result, from the rows that reached its DB: it goes on, or was killed. */
import { checkOptions, usesEmbedded } from '../config/index.ts'
import { showsSpeed } from '../datasets/index.ts'
import { parseObjectives } from '../gates/index.ts'
import type { Level } from '../load/index.ts'
import { partOf } from '../load/index.ts'
import { RunMetrics, type SpeedRecorder, speedRecorder } from '../metrics/index.ts'
import {
  type ComparisonResult,
  comparisonResultSchema,
  type Environment,
  plannedShardSchema,
  type Result,
  type ShardFacts,
  serverViewSchema,
} from '../result/index.ts'
import {
  BatchWriter,
  C,
  FAILURE_CAUSES,
  FLAG_OUTPUT_ESTIMATED,
  FLAG_WHOLE,
  NOTE,
  noteBits,
  ROW,
  type SampleBatch,
} from '../samples/index.ts'
import { environment } from './environment.ts'
import { type ResultReader, readGapErrors, readGaps, type StoredRequest } from './reader.ts'
import { type ResultFacts, toResult } from './toResult.ts'

/** Rows turned into samples at a time. */
const BATCH = 1000

/** What became of a run whose DB has no result. */
export type Unfinished = 'running' | 'interrupted' | 'unknown'

const STATES: Record<Unfinished, string> = {
  running: 'This run is still going on: the figures are those of the requests in its DB so far',
  interrupted:
    'This run is incomplete: it was killed, or crashed, before it wrote its result. The figures are those of the requests that reached its DB',
  unknown:
    'This run has not written its result: it is still going on, or was killed. The figures are those of the requests in its DB',
}

/**
 * The result of the measured requests so far. Thresholds are not judged, as the client's health is not known: a run that
 * was cut short is undecided, or has failed where every request did.
 */
export function rebuildResult(reader: ResultReader, state: Unfinished = 'unknown'): Result {
  const { facts } = reader
  const config = record(facts['config'])
  const comparison = comparisonResultSchema.safeParse(facts['comparison'])
  const { metrics, speed } = measured(reader, config)
  const shard = shardOf(reader)
  const whole = levelIn(facts['level'])
  const level = whole && shard ? partOf(whole, { index: shard.index - 1, count: shard.count }) : whole
  const server = serverViewSchema.safeParse(facts['server']).data
  metrics.energyJoules = server?.energy?.joules ?? Number.NaN
  const rebuilt = toResult(metrics, {
    startedAt: new Date(text(facts['startedAt']) ?? 0),
    config,
    level,
    // Earlier versions did not note it; then a level of conversations counts those.
    expectedRequests: finite('expectedRequests' in facts ? facts['expectedRequests'] : level?.number),
    resultDbPath: reader.path,
    thresholds: [],
    server,
    speed: speed?.rows(),
    shard,
    ...(comparison.success ? sideFacts(comparison.data, facts['side']) : unfinishedFacts(reader, state)),
  })
  // Without a request there is no first start and no last end.
  return metrics.total > 0 ? rebuilt : { ...rebuilt, summary: { ...rebuilt.summary, timeTakenSeconds: 0 } }
}

type WrittenFacts = Pick<
  ResultFacts,
  'name' | 'endpoint' | 'interrupted' | 'client' | 'environment' | 'notes' | 'judgedElsewhere'
>

/** The DB of one side of a comparison holds the result of the whole. */
function sideFacts(comparison: ComparisonResult, side: unknown): WrittenFacts {
  const name = side === 'candidate' ? 'candidate' : 'baseline'
  const { client, endpoint } = comparison[name]
  return {
    name: `${comparison.name}, ${name}`,
    endpoint: { url: endpoint.url, embedded: endpoint.embedded },
    interrupted: comparison.interrupted,
    client,
    environment: comparison.environment,
    notes: [
      `This is the ${name} of the comparison "${comparison.name}", which has the verdict; times in which the other side was measured are gaps here.`,
    ],
    judgedElsewhere: true,
  }
}

function unfinishedFacts({ facts }: ResultReader, state: Unfinished): WrittenFacts {
  const config = record(facts['config'])
  return {
    name: text(facts['name']) ?? text(config['name']) ?? text(config['model']) ?? 'run',
    endpoint: { url: text(facts['endpoint']) ?? '', embedded: usesEmbedded(config) },
    interrupted: true,
    client: UNKNOWN_CLIENT,
    environment: (facts['environment'] as Environment | undefined) ?? environment(),
    notes: [`${STATES[state]}; thresholds and the health of the client were not judged.`],
  }
}

/**
 * The level of load that a DB notes; undefined where it notes none. JSON has no Infinity: what was without end is null
 * there.
 */
export function levelIn(fact: unknown): Level | undefined {
  if (typeof fact !== 'object' || fact === null) return undefined
  const level = fact as Record<'parallel' | 'number' | 'durationMs', number | null>
  const endless = (value: number | null): number => value ?? Number.POSITIVE_INFINITY
  return {
    ...(fact as Level),
    parallel: endless(level.parallel),
    number: endless(level.number),
    durationMs: endless(level.durationMs),
  }
}

/** Undefined where the run is no part of a load, or was killed before it measured anything. */
function shardOf({ facts, requests }: ResultReader): ShardFacts | undefined {
  const planned = plannedShardSchema.safeParse(facts['shard'])
  if (!planned.success) return undefined
  let startedAtMs = Number.POSITIVE_INFINITY
  for (const { warmup, scheduled_time, start_time } of requests())
    if (warmup !== 1) startedAtMs = Math.min(startedAtMs, seconds(scheduled_time ?? start_time))
  if (!Number.isFinite(startedAtMs)) startedAtMs = planned.data.startAtMs ?? Date.parse(String(facts['startedAt']))
  else startedAtMs += planned.data.offsetMs
  return { ...planned.data, startedAtMs, driftMs: 0 }
}

const UNKNOWN_CLIENT: Result['client'] = {
  valid: true,
  reasons: [],
  workers: 0,
  cpuShare: 0,
  busyShare: 0,
  eventLoopDelayMs: { p50: 0, p99: 0, max: 0 },
  dispatchDelayMs: { p99: 0, max: 0 },
  gcPauseMs: { total: 0, max: 0 },
  socketsRefused: 0,
  harnessOverheadMs: null,
}

function measured(
  reader: ResultReader,
  config: Record<string, unknown>,
): { metrics: RunMetrics; speed: SpeedRecorder | undefined } {
  const objectives = parseObjectives(record(config['objectives']) as Record<string, string>)
  const speed = isAboutSpeed(config) ? speedRecorder() : undefined
  let metrics: RunMetrics | undefined
  for (const batch of batchesOf(reader.requests())) {
    metrics ??= new RunMetrics(firstStart(batch), objectives)
    metrics.add(batch)
    speed?.add(batch)
  }
  return { metrics: metrics ?? new RunMetrics(0, objectives), speed }
}

/** False also where the DB is of a version with other options. */
function isAboutSpeed(config: Record<string, unknown>): boolean {
  try {
    return showsSpeed(checkOptions(config))
  } catch {
    return false
  }
}

/**
 * Rows of measured requests as the samples they were; without the texts, and the items of an embedding or reranking.
 * @param originMs subtracted from times of day, Unix milliseconds: small numbers keep more digits
 */
export function* batchesOf(rows: Iterable<StoredRequest>, originMs = 0): Generator<SampleBatch> {
  const writer = new BatchWriter(0)
  for (const row of rows) {
    if (row.warmup === 1) continue
    addRow(writer, row, originMs)
    if (writer.count >= BATCH) yield writer.take()
  }
  if (writer.count > 0) yield writer.take()
}

function firstStart(batch: SampleBatch): number {
  let first = Number.POSITIVE_INFINITY
  for (let row = 0; row < batch.count; row++) first = Math.min(first, batch.numbers[row * ROW + C.startedAt]!)
  return Number.isFinite(first) ? first : 0
}

/** Stamps are Unix milliseconds here; only their differences are used. */
function addRow(writer: BatchWriter, row: StoredRequest, originMs: number): void {
  const values = new Float64Array(ROW).fill(Number.NaN)
  const start = seconds(row.start_time) - originMs
  const after = (value: number | string | null): number => start + seconds(value)
  const gaps = Float64Array.from(readGaps(row), (gap) => gap * 1000)
  const scheduled = seconds(row.scheduled_time)
  values[C.index] = Number(row.request_index ?? 0)
  values[C.scheduledAt] = Number.isNaN(scheduled) ? start : start - seconds(row.dispatch_delay)
  values[C.startedAt] = start
  if (row.connect_time !== null) {
    values[C.connectStartedAt] = start
    values[C.connectedAt] = after(row.connect_time)
  }
  values[C.firstChunkAt] = after(row.first_chunk_latency)
  values[C.lastChunkAt] = values[C.firstChunkAt]! + seconds(row.chunk_time) * (Number(row.n_chunks ?? 0) - 1)
  values[C.firstTokenAt] = after(row.time_to_first_token)
  values[C.lastTokenAt] = after(row.last_token_time)
  values[C.endedAt] = after(row.latency)
  values[C.packages] = Number(row.n_chunks ?? 0)
  values[C.outputEvents] = row.output_events === null ? gaps.length + 1 : Number(row.output_events)
  const notes = noteBits(String(row.notes ?? '').split(' '))
  values[C.notes] = notes
  // Earlier versions did not have these columns.
  values[C.hiddenTokens] = notes & NOTE['hidden-reasoning'] ? Number.NaN : Number(row.hidden_tokens ?? 0)
  values[C.firstTokens] = Number(row.first_event_tokens ?? 1)
  values[C.answerAt] = after(row.timed_from ?? row.time_to_first_token)
  values[C.inputTokens] = whole(row.prompt_tokens)
  values[C.outputTokens] = whole(row.completion_tokens)
  values[C.cachedTokens] = whole(row.cached_tokens)
  values[C.reasoningTokens] = whole(row.reasoning_tokens)
  values[C.cost] = whole(row.cost ?? null)
  values[C.firstChunkError] = seconds(row.first_chunk_error)
  values[C.lastChunkError] = seconds(row.last_chunk_error)
  values[C.firstTokenError] = seconds(row.first_token_error)
  values[C.lastTokenError] = seconds(row.last_token_error)
  values[C.answerError] = seconds(row.timed_from_error)
  values[C.endError] = seconds(row.end_error)
  values[C.turnaround] = seconds(row.turnaround)
  values[C.status] = Number(row.status ?? 0)
  values[C.cause] = (FAILURE_CAUSES as readonly string[]).indexOf(String(row.cause))
  const isWhole = row.is_stream === 0 || (notes & NOTE['one-piece']) !== 0
  values[C.flags] = (row.tokens_estimated === 1 ? FLAG_OUTPUT_ESTIMATED : 0) | (isWhole ? FLAG_WHOLE : 0)
  values[C.conversation] = whole(row.conversation)
  values[C.turn] = whole(row.turn)
  values[C.turns] = whole(row.turns)
  const errors = new Float32Array(gaps.length)
  errors.set(
    readGapErrors(row)
      .slice(0, gaps.length)
      .map((error) => error * 1000),
  )
  writer.add(values, gaps, gaps.length, ['', String(row.failure ?? ''), '', ''], errors)
}

function seconds(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value) * 1000
}

function whole(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value)
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
