/** The one shape of a result: every report, baseline and script reads this. `perfgate schema result` prints it as JSON Schema. */
import { z } from 'zod'
import {
  conversationsSchema,
  distributionSchema,
  mergedSchema,
  promptCacheSchema,
  shardSchema,
  workloadSchema,
} from './load.ts'
import { serverViewSchema } from './serverView.ts'

export { distributionSchema }

export const SCHEMA_VERSION = 1

const optionalNumber = z.number().nullable()

/** The quick-start table, in its order. Seconds, as there; null where nothing was measured. */
export const summarySchema = z.object({
  timeTakenSeconds: z.number(),
  concurrency: z.number().nullable().describe('null in an open loop without a cap'),
  totalRequests: z.number(),
  succeededRequests: z.number(),
  failedRequests: z.number(),
  qps: z.number(),
  latencySeconds: optionalNumber,
  ttftSeconds: optionalNumber,
  outputTokensPerSecond: z.number(),
  tpotSeconds: optionalNumber,
  packagesPerRequest: optionalNumber,
  packageLatencySeconds: optionalNumber,
  inputTokensPerRequest: optionalNumber,
  outputTokensPerRequest: optionalNumber,
  input: z
    .object({ tokensPerSecond: z.number(), itemsPerSecond: z.number(), itemsPerRequest: z.number() })
    .optional()
    .describe('throughput of input, where the API embeds texts or ranks documents (items) and generates nothing'),
  expectedRequests: z.number().nullable().describe('null when the run was bounded by time'),
  resultDbPath: z.string().nullable(),
})

export const percentileRowSchema = z.object({
  percentile: z.number(),
  firstChunkLatencySeconds: optionalNumber,
  latencySeconds: optionalNumber,
  ttftSeconds: optionalNumber,
  tpotSeconds: optionalNumber,
  itlSeconds: optionalNumber,
})

export const verdictSchema = z
  .enum(['pass', 'fail', 'undecided', 'invalid', 'none'])
  .describe('none: there was nothing to judge. With every request failed it is fail, also without thresholds')

/** Of one gate. */
export const gateVerdictSchema = verdictSchema
  .exclude(['none'])
  .describe('invalid: the client was late, and the answer depends on it')

export const thresholdResultSchema = z.object({
  expression: z.string(),
  actual: optionalNumber.describe('null when no sample was measured: never a pass'),
  limit: z.number(),
  unit: z.string(),
  n: z.number().describe('samples behind the figure'),
  bounds: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('between which the value lies, by the errors of the timestamps; absent where these change nothing'),
  interval: z
    .tuple([optionalNumber, optionalNumber])
    .optional()
    .describe('confidence interval; a null end is unbounded at this n'),
  confidence: z.number().optional().describe('of the interval, over all looks at the run'),
  looks: z.number().optional().describe('how often the run was looked at before this verdict'),
  samplesNeeded: z.number().optional().describe('about how many samples it takes for an interval with two ends'),
  estimate: z.enum(['pass', 'fail']).optional().describe('when undecided or invalid: what the figure alone would say'),
  isDefault: z
    .boolean()
    .optional()
    .describe('true for the success rate that is judged where no gate speaks of failures; minSuccessRate sets it'),
  stoppedAfterSeconds: z.number().optional().describe('the load was stopped because it was broken by then'),
  verdict: gateVerdictSchema,
  message: z.string(),
})

export const clientHealthSchema = z.object({
  valid: z.boolean(),
  reasons: z.array(z.string()),
  workers: z.number(),
  cpuShare: z.number().describe('largest share of one core that a load thread used in the measured phase'),
  busyShare: z
    .number()
    .describe(
      'largest share of the time in which a load thread had something to do; above cpuShare where it had to wait for a core',
    ),
  eventLoopDelayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  dispatchDelayMs: z.object({ p99: z.number(), max: z.number() }),
  offeredShare: z
    .number()
    .optional()
    .describe('share of the load that the client offered, 0 to 1; below 0.95 nothing passes'),
  gcPauseMs: z.object({ total: z.number(), max: z.number() }),
  socketsRefused: z.number().describe('connections not opened for lack of file descriptors'),
  harnessOverheadMs: optionalNumber.describe(
    'median latency of an instant loopback answer: what the harness itself adds',
  ),
  harnessOverheadAgeSeconds: z
    .number()
    .optional()
    .describe('how long before this run it was measured on this machine; absent where it was measured for it'),
  broken: z.string().optional().describe('how a load thread crashed or hung: part of the load was not sent'),
})

export const environmentSchema = z.object({
  node: z.string(),
  perfgate: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  ci: z.string().nullable(),
  commit: z.string().nullable(),
})

/** Derived figures beyond the quick-start table. */
export const ratesSchema = z.object({
  totalTokensPerSecond: z.number(),
  successRate: z.number().describe('share of requests that succeeded, 0 to 1'),
  goodput: optionalNumber.describe('requests per second that met every per-request objective; null without objectives'),
  goodShare: optionalNumber,
  cacheHitShare: optionalNumber.describe('cached input tokens / input tokens, where the server reports them'),
  steadyQps: optionalNumber,
  steadyOutputTokensPerSecond: optionalNumber,
})

export const timelineSchema = z.object({
  bucketSeconds: z.number(),
  inFlight: z.array(z.number()),
  completed: z.array(z.number()),
  failed: z.array(z.number()),
  outputTokens: z.array(z.number()),
})

/** The stored result this one was compared with. */
export const baselineInfoSchema = z.object({
  name: z.string(),
  path: z.string(),
  startedAt: z.string(),
  commit: z.string().nullable(),
  scenario: z.string().describe('hash of the scenario, the same on both sides'),
  unlike: z.array(z.string()).describe('how the environments differ; empty where they are alike'),
})

export const resultSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  name: z.string(),
  startedAt: z.string(),
  endpoint: z.object({
    url: z.string(),
    embedded: z.boolean().describe("true when the project's own server answered"),
  }),
  interrupted: z.boolean(),
  config: z.record(z.string(), z.unknown()),
  summary: summarySchema,
  percentiles: z.array(percentileRowSchema),
  distributions: z.record(z.string(), distributionSchema),
  rates: ratesSchema,
  timeline: timelineSchema.optional(),
  workload: workloadSchema.optional(),
  conversations: conversationsSchema.optional(),
  promptCache: promptCacheSchema.optional().describe('where the server had prompts in its cache unexpectedly'),
  server: serverViewSchema.optional(),
  cost: z
    .object({
      currency: z.string(),
      total: z.number().describe('of all requests, also of failed ones whose tokens the server reported'),
      perRequest: optionalNumber.describe('mean of the succeeded requests'),
      perSession: optionalNumber.describe('mean of the completed conversations'),
    })
    .optional()
    .describe('with `prices`'),
  errors: z.record(z.string(), z.number()),
  failures: z
    .array(z.object({ cause: z.string(), status: optionalNumber, message: z.string(), count: z.number() }))
    .describe('what the server said, once per distinct cause'),
  tokens: z.object({ source: z.enum(['usage', 'estimated', 'mixed', 'none']) }),
  thresholds: z.array(thresholdResultSchema),
  verdict: verdictSchema,
  client: clientHealthSchema,
  environment: environmentSchema,
  intervals: z
    .record(z.string(), z.tuple([optionalNumber, optionalNumber]))
    .optional()
    .describe('95 % confidence intervals of figures in their own units, by threshold key; a null end is unbounded'),
  baseline: baselineInfoSchema.optional(),
  notes: z.array(z.string()).describe('what a reader must know, in full sentences'),
  speed: z
    .array(z.object({ promptTokens: z.number(), requests: z.number(), tokensPerSecond: z.number() }))
    .optional()
    .describe('mean output tokens per second of a request, by length of its prompt; of the speed benchmarks'),
  shard: shardSchema.optional().describe('of a part of a load: its thresholds are judged when the parts are merged'),
  merged: mergedSchema.optional().describe('of a load that ran in several processes'),
})

export type Distribution = z.infer<typeof distributionSchema>
export type Summary = z.infer<typeof summarySchema>
export type PercentileRow = z.infer<typeof percentileRowSchema>
export type Verdict = z.infer<typeof verdictSchema>
export type ThresholdResult = z.infer<typeof thresholdResultSchema>
export type ClientHealth = z.infer<typeof clientHealthSchema>
export type Environment = z.infer<typeof environmentSchema>
export type Rates = z.infer<typeof ratesSchema>
export type Timeline = z.infer<typeof timelineSchema>
export type Result = z.infer<typeof resultSchema>
export type BaselineInfo = z.infer<typeof baselineInfoSchema>
