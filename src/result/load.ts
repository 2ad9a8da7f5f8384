/** What a result says of its load: distributions, conversations, the prompt cache, and its part of a whole. */
import { z } from 'zod'

/** One measured quantity over the succeeded requests: milliseconds for times, counts for tokens. */
export const distributionSchema = z.object({
  n: z.number(),
  mean: z.number(),
  stddev: z.number(),
  min: z.number(),
  max: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  p999: z.number(),
  /** False when the percentiles come from a histogram of three significant digits (more than 100,000 samples). */
  exact: z.boolean(),
})

const workloadWindowSchema = z.object({
  seconds: z.number(),
  requests: z.number().describe('that succeeded'),
  outputTokens: z.number(),
  qps: z.number(),
  outputTokensPerSecond: z.number(),
})

export const workloadSchema = z.object({
  overall: workloadWindowSchema,
  last30s: workloadWindowSchema.nullable().describe('to whole buckets of the timeline; all of a shorter run'),
  steady: workloadWindowSchema
    .nullable()
    .describe('from the first to the last moment at which in-flight was at least 90 % of its maximum'),
})

export type WorkloadWindow = z.infer<typeof workloadWindowSchema>
export type Workload = z.infer<typeof workloadSchema>

const optionalNumber = z.number().nullable()

const turnSchema = z.object({
  turn: z.number().describe('from 1'),
  andLater: z.boolean().describe('this and all later turns share the row'),
  succeeded: z.number(),
  failed: z.number(),
  ttftMs: distributionSchema.nullable(),
  latencyMs: distributionSchema.nullable(),
  inputTokens: optionalNumber.describe('mean'),
  cacheHitShare: optionalNumber.describe('cached input tokens / input tokens, where the server reports them'),
})

export const conversationsSchema = z.object({
  total: z.number().describe('conversations begun'),
  completed: z.number().describe('all turns answered'),
  abandoned: z.number().describe('given up after a turn that failed'),
  unfinished: z.number().describe('cut off by the end of the run'),
  turnsSucceeded: z.number(),
  turnsFailed: z.number(),
  turnsBeforeAbandoned: z.number().describe('turns answered in conversations that were abandoned later'),
  cacheHitShare: optionalNumber,
  perTurn: z.array(turnSchema),
})

export type ConversationFigures = z.infer<typeof conversationsSchema>

const promptsFromCacheSchema = z.object({
  requests: z.number().describe('that succeeded and whose cached tokens the server reported'),
  fromCache: z.number().describe('of these, requests with cached tokens that nothing in the run explains'),
  cachedTokens: z.number().describe('such tokens of these requests'),
})

export const promptCacheSchema = z.object({
  fresh: promptsFromCacheSchema.describe('prompts made up for this run and sent once; beyond their shared prefix'),
  repeated: promptsFromCacheSchema.describe('prompts that this run had sent before'),
})

export type PromptsFromCache = z.infer<typeof promptsFromCacheSchema>
export type PromptCache = z.infer<typeof promptCacheSchema>

/** Of one part. A process's timeline: its steady clock, counted from the time of day at which it began. */
export const shardSchema = z.object({
  index: z.number().describe('from 1'),
  count: z.number(),
  startAtMs: z.number().nullable().describe('the start that was asked for, Unix milliseconds; null: none was'),
  startedAtMs: z.number().describe('start of the measured phase by the clock of the machine, Unix milliseconds'),
  offsetMs: z.number().describe("the clock of the machine minus the process's timeline at that moment"),
  driftMs: z.number().describe('how far the clock went from the timeline until the end of the measured phase'),
})

/** What is a fact of the DB from the start of the measured phase, and so outlives a run that is killed. */
export const plannedShardSchema = shardSchema.pick({ index: true, count: true, startAtMs: true, offsetMs: true })

/** Of the whole. */
export const mergedSchema = z.object({
  count: z.number(),
  missing: z.array(z.number()).describe('parts that were not there, from 1'),
  skewMs: z.number().describe('from the first start of a part to the last, by the clocks of their machines'),
  parts: z.array(
    shardSchema.extend({
      db: z.string().describe('file name'),
      requests: z.number(),
      valid: z.boolean(),
      reasons: z.array(z.string()),
    }),
  ),
})

export type PlannedShard = z.infer<typeof plannedShardSchema>
export type ShardFacts = z.infer<typeof shardSchema>
export type MergedFacts = z.infer<typeof mergedSchema>
