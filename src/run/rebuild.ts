/** The figures of a run without a result, from the rows that reached its DB: it goes on, or was killed. */
import { shareOfShard } from '../load/index.ts'
import { distributions, errorCounts, percentileRows, RunMetrics, rates, summarize } from '../metrics/index.ts'
import {
  type ComparisonResult,
  comparisonResultSchema,
  type Environment,
  plannedShardSchema,
  type Result,
  SCHEMA_VERSION,
  type ShardFacts,
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
import type { ResultReader, StoredRequest } from '../store/index.ts'
import { environment } from './environment.ts'
import { usesEmbedded } from './localServer.ts'

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

/** Figures of the measured requests so far; thresholds are not judged, as the client's health is not known. */
export function rebuildResult(reader: ResultReader, state: Unfinished = 'unknown'): Result {
  const rebuilt = fromRows(reader, state)
  const comparison = comparisonResultSchema.safeParse(reader.facts['comparison'])
  return comparison.success ? sideOf(comparison.data, rebuilt, reader.facts['side']) : rebuilt
}

/** The DB of one side of a comparison holds the result of the whole. */
function sideOf(comparison: ComparisonResult, rebuilt: Result, side: unknown): Result {
  const name = side === 'candidate' ? 'candidate' : 'baseline'
  const { client, endpoint } = comparison[name]
  return {
    ...rebuilt,
    name: `${comparison.name}, ${name}`,
    endpoint: { url: endpoint.url, embedded: endpoint.embedded },
    interrupted: comparison.interrupted,
    client,
    verdict: 'none',
    environment: comparison.environment,
    notes: [
      `This is the ${name} of the comparison "${comparison.name}", which has the verdict; times in which the other side was measured are gaps here.`,
    ],
  }
}

function fromRows(reader: ResultReader, state: Unfinished): Result {
  const { facts } = reader
  const level = record(facts['level'])
  const config = record(facts['config'])
  const startedAt = typeof facts['startedAt'] === 'string' ? facts['startedAt'] : new Date(0).toISOString()
  const metrics = measured(reader)
  const shard = shardOf(reader)
  const own = (total: number | null): number | null =>
    total === null || shard === undefined ? total : shareOfShard(total, { index: shard.index - 1, count: shard.count })
  return {
    schemaVersion: SCHEMA_VERSION,
    name: text(config['name']) ?? text(config['model']) ?? 'run',
    startedAt,
    endpoint: { url: text(facts['endpoint']) ?? '', embedded: usesEmbedded(config) },
    interrupted: true,
    config,
    summary: {
      ...summarize(metrics, {
        concurrency: own(finite(level['parallel'])),
        expectedRequests: own(finite(level['number'])),
        resultDbPath: reader.path,
      }),
      ...(metrics.total === 0 ? { timeTakenSeconds: 0 } : {}),
    },
    percentiles: percentileRows(metrics),
    distributions: distributions(metrics),
    rates: rates(metrics),
    timeline: metrics.timeline.timeline(),
    errors: errorCounts(metrics),
    failures: metrics.failures,
    tokens: { source: metrics.succeeded === 0 ? 'none' : metrics.estimatedTokens > 0 ? 'mixed' : 'usage' },
    thresholds: [],
    verdict: 'undecided',
    client: UNKNOWN_CLIENT,
    environment: (facts['environment'] as Environment | undefined) ?? environment(),
    notes: [`${STATES[state]}; thresholds and the health of the client were not judged.`],
    ...(shard === undefined ? {} : { shard }),
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

function measured(reader: ResultReader): RunMetrics {
  let metrics: RunMetrics | undefined
  for (const batch of batchesOf(reader.requests())) {
    metrics ??= new RunMetrics(firstStart(batch))
    metrics.add(batch)
  }
  return metrics ?? new RunMetrics(0)
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
  const gaps = Float64Array.from(gapsOf(row), (gap) => gap * 1000)
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
  values[C.status] = Number(row.status ?? 0)
  values[C.cause] = (FAILURE_CAUSES as readonly string[]).indexOf(String(row.cause))
  const isWhole = row.is_stream === 0 || (notes & NOTE['one-piece']) !== 0
  values[C.flags] = (row.tokens_estimated === 1 ? FLAG_OUTPUT_ESTIMATED : 0) | (isWhole ? FLAG_WHOLE : 0)
  values[C.conversation] = whole(row.conversation)
  values[C.turn] = whole(row.turn)
  values[C.turns] = whole(row.turns)
  writer.add(values, gaps, gaps.length, ['', String(row.failure ?? ''), '', ''])
}

function gapsOf({ inter_token_latencies: gaps }: StoredRequest): number[] {
  return typeof gaps === 'string' ? (JSON.parse(gaps) as number[]) : []
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
