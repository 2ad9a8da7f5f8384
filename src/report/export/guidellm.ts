/** A JSON shaped like GuideLLM's report, for scripts that read its metrics: the same names, computed by its formulas. */
import type { StoredRequest } from '../../store/index.ts'
import type { ReportRun } from '../reportRun.ts'
import type { ExportFormat } from './format.ts'

export const guidellm: ExportFormat = {
  name: 'guidellm',
  description: 'JSON with the names of GuideLLM’s report',
  joins: true,
  needsRequests: true,
  write: (runs) => [
    {
      ending: '.guidellm.json',
      content: `${JSON.stringify({ metadata: metadataOf(runs), benchmarks: runs.map(benchmarkOf) }, null, 1)}\n`,
    },
  ],
}

type Status = 'successful' | 'incomplete' | 'errored'
const STATUSES: readonly Status[] = ['successful', 'incomplete', 'errored']

interface Stats {
  status: Status
  startTime: number
  endTime: number
  values: Record<string, number | null>
  record: Record<string, unknown>
}

const PERCENTILES = {
  p001: 0.1,
  p01: 1,
  p05: 5,
  p10: 10,
  p25: 25,
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
}
const METRICS = [
  'request_latency',
  'request_streaming_iterations_count',
  'prompt_token_count',
  'output_token_count',
  'total_token_count',
  'time_to_first_token_ms',
  'time_per_output_token_ms',
  'inter_token_latency_ms',
] as const

function metadataOf([run]: readonly ReportRun[]): object {
  const { node, os, perfgate } = run!.result.environment
  return { version: 1, generator: `perfgate ${perfgate}`, node_version: node, platform: os }
}

function benchmarkOf({ result, requests }: ReportRun): object {
  const all = [...requests!({ withoutTexts: false })].filter(({ warmup }) => warmup !== 1).map(statsOf)
  const of = (status: Status): Stats[] => all.filter((one) => one.status === status)
  const start = all.reduce((least, one) => Math.min(least, one.startTime), Number.POSITIVE_INFINITY)
  const end = all.reduce((most, one) => Math.max(most, one.endTime), Number.NEGATIVE_INFINITY)
  const duration = all.length === 0 ? 0 : end - start
  const totals = Object.fromEntries([
    ...STATUSES.map((status) => [status, of(status).length] as const),
    ['total', all.length] as const,
  ])
  const rate = Number(result.config['rate'] ?? -1)
  return {
    type_: 'generative_benchmark',
    config: {
      backend: { target: result.endpoint.url, model: result.config['model'] ?? null },
      strategy: {
        type_: rate > 0 ? 'poisson' : 'concurrent',
        streams: result.summary.concurrency,
        ...(rate > 0 ? { rate } : {}),
      },
      requests: { data: [String(result.config['dataset'] ?? '')] },
    },
    start_time: all.length === 0 ? null : start,
    end_time: all.length === 0 ? null : end,
    duration,
    metrics: {
      request_totals: totals,
      requests_per_second: byStatus((status) => rateOf(status === undefined ? all : of(status), duration)),
      request_concurrency: byStatus((status) => concurrencyOf(status === undefined ? all : of(status), duration)),
      ...Object.fromEntries(
        METRICS.map((metric) => [
          metric,
          byStatus((status) => describe(valuesOf(status === undefined ? all : of(status), metric))),
        ]),
      ),
      output_tokens_per_second: byStatus((status) =>
        tokenRate(status === undefined ? all : of(status), 'output_token_count', duration),
      ),
      tokens_per_second: byStatus((status) =>
        tokenRate(status === undefined ? all : of(status), 'total_token_count', duration),
      ),
    },
    requests: Object.fromEntries(STATUSES.map((status) => [status, of(status).map(({ record }) => record)])),
  }
}

function statsOf(row: StoredRequest): Stats {
  const number = (value: number | string | null): number | null => (value === null ? null : Number(value))
  const startTime = Number(row.start_time)
  const latency = number(row.latency)
  const first = number(row.time_to_first_token)
  const last = number(row.last_token_time)
  const input = number(row.prompt_tokens)
  const output = number(row.completion_tokens)
  const total = input === null && output === null ? null : (input ?? 0) + (output ?? 0)
  const status: Status = row.success === 1 ? 'successful' : row.cause === 'cancelled' ? 'incomplete' : 'errored'
  const values = {
    request_latency: latency,
    request_streaming_iterations_count: number(row.n_chunks),
    prompt_token_count: input,
    output_token_count: output,
    total_token_count: total,
    time_to_first_token_ms: first === null ? null : first * 1000,
    // With the first token, as GuideLLM has it; what is called TPOT here is its inter-token latency.
    time_per_output_token_ms: last === null || !output ? null : (last / output) * 1000,
    inter_token_latency_ms:
      first === null || last === null || output === null || output <= 1 ? null : ((last - first) / (output - 1)) * 1000,
  }
  return {
    status,
    startTime,
    endTime: startTime + (latency ?? 0),
    values,
    record: {
      type_: 'generative_request_stats',
      request_id: String(row.request_index),
      response_id: row.request_id,
      request_args: row.request,
      output: row.response_messages,
      info: {
        status: status === 'successful' ? 'completed' : status === 'incomplete' ? 'cancelled' : 'errored',
        error: row.failure,
        timings: {
          targeted_start: row.scheduled_time,
          request_start: startTime,
          first_token_iteration: first === null ? null : startTime + first,
          last_token_iteration: last === null ? null : startTime + last,
          token_iterations: row.n_chunks,
          request_end: latency === null ? null : startTime + latency,
        },
      },
      request_start_time: startTime,
      request_end_time: startTime + (latency ?? 0),
      request_latency: latency,
      prompt_tokens: input,
      output_tokens: output,
      total_tokens: total,
      time_to_first_token_ms: values.time_to_first_token_ms,
      time_per_output_token_ms: values.time_per_output_token_ms,
      inter_token_latency_ms: values.inter_token_latency_ms,
      tokens_per_second: latency && total !== null ? total / latency : null,
      output_tokens_per_second: latency && output !== null ? output / latency : null,
    },
  }
}

function byStatus<T>(describeStatus: (status: Status | undefined) => T): Record<Status | 'total', T> {
  return {
    successful: describeStatus('successful'),
    incomplete: describeStatus('incomplete'),
    errored: describeStatus('errored'),
    total: describeStatus(undefined),
  }
}

function valuesOf(stats: readonly Stats[], metric: string): number[] {
  return stats.flatMap(({ values }) => values[metric] ?? [])
}

/** A rate over the whole run is one number: its distribution over time is not made up. */
function rateOf(stats: readonly Stats[], duration: number): object {
  return describe(duration > 0 ? [stats.length / duration] : [], stats.length)
}

function tokenRate(stats: readonly Stats[], metric: string, duration: number): object {
  const sum = valuesOf(stats, metric).reduce((total, one) => total + one, 0)
  return describe(duration > 0 ? [sum / duration] : [], stats.length)
}

/** By Little's law: the sum of all latencies over the duration. */
function concurrencyOf(stats: readonly Stats[], duration: number): object {
  const sum = stats.reduce((total, one) => total + one.endTime - one.startTime, 0)
  return describe(duration > 0 ? [sum / duration] : [], stats.length)
}

function describe(values: readonly number[], count = values.length): object {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const sum = sorted.reduce((total, one) => total + one, 0)
  const mean = n === 0 ? 0 : sum / n
  const variance = n === 0 ? 0 : sorted.reduce((total, one) => total + (one - mean) ** 2, 0) / n
  const at = (percent: number): number => sorted[Math.min(n - 1, Math.floor((percent / 100) * n))] ?? 0
  return {
    mean,
    median: at(50),
    mode: modeOf(sorted),
    variance,
    std_dev: Math.sqrt(variance),
    min: sorted[0] ?? 0,
    max: sorted[n - 1] ?? 0,
    count,
    total_sum: sum,
    percentiles: Object.fromEntries(Object.entries(PERCENTILES).map(([name, percent]) => [name, at(percent)])),
    pdf: null,
  }
}

/** The smallest of the most frequent values. */
function modeOf(sorted: Float64Array): number {
  let best = sorted[0] ?? 0
  let most = 0
  for (let i = 0, run = 0; i < sorted.length; i++) {
    run = sorted[i] === sorted[i - 1] ? run + 1 : 1
    if (run > most) {
      most = run
      best = sorted[i]!
    }
  }
  return best
}
