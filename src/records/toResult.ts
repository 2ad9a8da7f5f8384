/** The one way to a result: from the metrics of a run, live or read back from rows, and the facts that no request holds. */
import { priceSchema } from '../config/index.ts'
import { decideVerdict, isJudged, isOffered, requestCounts, storedIntervals } from '../gates/index.ts'
import type { Level } from '../load/index.ts'
import { levelConfig } from '../load/index.ts'
import {
  distributions,
  errorCounts,
  percentileRows,
  type RunMetrics,
  rates,
  summarize,
  workload,
} from '../metrics/index.ts'
import {
  type BaselineInfo,
  type ClientHealth,
  type Environment,
  type MergedFacts,
  type PromptCache,
  type Result,
  SCHEMA_VERSION,
  type ServerView,
  type ShardFacts,
  type ThresholdResult,
  type Verdict,
} from '../result/index.ts'

/** What a result says that its requests do not. */
export interface ResultFacts {
  name: string
  startedAt: Date
  endpoint: Result['endpoint']
  interrupted: boolean
  /** As resolved, without secrets. */
  config: Readonly<Record<string, unknown>>
  /** As this process sent it; undefined where it is not known. */
  level: Level | undefined
  /** null: the run was bounded by time, or it is not known. */
  expectedRequests: number | null
  resultDbPath: string | null
  thresholds: ThresholdResult[]
  client: ClientHealth
  environment: Environment
  notes: readonly string[]
  /** What the answers did not match, after what they lacked. */
  answerNotes?: readonly string[]
  server?: ServerView | undefined
  promptCache?: PromptCache | undefined
  speed?: Result['speed']
  shard?: ShardFacts | undefined
  merged?: MergedFacts | undefined
  /** Of the side of a comparison, which has the verdict. */
  judgedElsewhere?: boolean
}

/** What is judged beyond the thresholds of a scenario: regressions against a baseline. */
export interface FurtherGates {
  thresholds: readonly ThresholdResult[]
  baseline: BaselineInfo
  notes: readonly string[]
}

/** Puts a result together and decides its verdict. */
export function toResult(metrics: RunMetrics, facts: ResultFacts): Result {
  const { config, level, promptCache, server, speed, shard, merged } = facts
  const timeline = metrics.timeline.timeline()
  const result = {
    schemaVersion: SCHEMA_VERSION,
    name: facts.name,
    startedAt: facts.startedAt.toISOString(),
    endpoint: facts.endpoint,
    interrupted: facts.interrupted,
    // The options of a part are those of the whole load, so that its parts can be told to be alike.
    config: level === undefined || shard !== undefined ? { ...config } : levelConfig(config, level),
    summary: summarize(metrics, {
      concurrency: level !== undefined && Number.isFinite(level.parallel) ? level.parallel : null,
      expectedRequests: facts.expectedRequests,
      resultDbPath: facts.resultDbPath,
    }),
    percentiles: percentileRows(metrics),
    distributions: distributions(metrics),
    rates: rates(metrics),
    timeline,
    workload: workload(metrics),
    conversations: metrics.conversations.figures(),
    ...(promptCache === undefined ? {} : { promptCache }),
    ...(server === undefined ? {} : { server }),
    ...costFacts(metrics, config),
    errors: errorCounts(metrics),
    failures: metrics.failures,
    tokens: { source: tokenSource(metrics) },
    thresholds: facts.thresholds,
    client: facts.client,
    environment: facts.environment,
    intervals: storedIntervals(metrics, timeline),
    notes: notesOf(metrics, facts),
    ...(speed === undefined ? {} : { speed }),
    ...(shard === undefined ? {} : { shard }),
    ...(merged === undefined ? {} : { merged }),
  } satisfies Unjudged
  return { ...result, verdict: facts.judgedElsewhere === true ? 'none' : verdictOf(result) }
}

/** The same result, judged by more gates. */
export function judgedFurther(result: Result, { thresholds, baseline, notes }: FurtherGates): Result {
  const whole = {
    ...result,
    thresholds: [...result.thresholds, ...thresholds],
    baseline,
    notes: [...result.notes, ...notes],
  }
  return { ...whole, verdict: verdictOf(whole) }
}

type Unjudged = Omit<Result, 'verdict'>

function verdictOf({ thresholds, summary, errors, client, config, interrupted, merged }: Unjudged): Verdict {
  return decideVerdict({
    judged: thresholds,
    requests: requestCounts(summary, errors),
    clientJudged: isJudged(client, { onInvalid: config['onInvalid'] }),
    loadOffered: isOffered(client, { onInvalid: config['onInvalid'] }),
    interrupted: interrupted || (merged?.missing.length ?? 0) > 0,
  })
}

/** Also of a run that was read back, whose rows have the costs. */
function costFacts(metrics: RunMetrics, config: ResultFacts['config']): Pick<Result, 'cost'> {
  const total = metrics.scalar('totalCost')
  if (total === undefined) return {}
  const price = priceSchema.safeParse(config['prices'])
  return {
    cost: {
      currency: price.success ? price.data.currency : 'USD',
      total,
      perRequest: metrics.distribution('cost')?.mean ?? null,
      perSession: metrics.distribution('costPerSession')?.mean ?? null,
    },
  }
}

function tokenSource({ succeeded, estimatedTokens, reportedTokens }: RunMetrics): Result['tokens']['source'] {
  if (succeeded === 0) return 'none'
  if (estimatedTokens === 0) return 'usage'
  return reportedTokens === 0 ? 'estimated' : 'mixed'
}

function notesOf(
  metrics: RunMetrics,
  { endpoint, config, notes, answerNotes = [] }: Pick<ResultFacts, 'endpoint' | 'config' | 'notes' | 'answerNotes'>,
): string[] {
  const { estimatedTokens, succeeded } = metrics
  const isRounded = (['latency', 'itl'] as const).some((name) => metrics.distribution(name)?.exact === false)
  const all = [
    ...notes,
    endpoint.embedded &&
      `Measured against the embedded server at ${endpoint.url}, whose timing is a model: these figures say nothing about a real endpoint.`,
    estimatedTokens > 0 &&
      `The server reported no usage for ${estimatedTokens} of ${succeeded} answers: their tokens were counted with ${config['tokenizerPath'] ?? 'gpt-tokenizer, an estimate for other models'}.`,
    ...metrics.answerNotes,
    ...answerNotes,
    isRounded && 'Distributions of more than 100,000 samples come from histograms of three significant digits.',
  ]
  return all.filter((note) => note !== false)
}
