/** Results of several runs: a comparison, a capacity search, a sweep. */
import { z } from 'zod'
import {
  clientHealthSchema,
  distributionSchema,
  environmentSchema,
  gateVerdictSchema,
  resultSchema,
  SCHEMA_VERSION,
  thresholdResultSchema,
  verdictSchema,
} from './schema.ts'

export const COMPARISON_SCHEMA_VERSION = 1

const optionalNumber = z.number().nullable()

const comparedSideSchema = z.object({
  endpoint: z.object({
    url: z.string(),
    embedded: z.boolean().describe("true when the project's own server answered"),
    command: z.string().nullable().describe('what was started for the comparison; null: it ran already'),
    logPath: z.string().nullable().describe('what the command printed'),
  }),
  model: z.string(),
  totalRequests: z.number(),
  succeededRequests: z.number(),
  failedRequests: z.number(),
  seconds: z.number().describe('sum over the blocks of this side'),
  distributions: z.record(z.string(), distributionSchema),
  errors: z.record(z.string(), z.number()),
  failures: z.array(z.object({ cause: z.string(), status: optionalNumber, message: z.string(), count: z.number() })),
  client: clientHealthSchema,
  resultDbPath: z.string().nullable(),
})

const regressionResultSchema = z.object({
  expression: z.string(),
  figure: z.string(),
  baseline: optionalNumber.describe('the figure; null when nothing was measured'),
  candidate: optionalNumber,
  unit: z.string(),
  change: z
    .object({ estimate: z.number(), low: optionalNumber, high: optionalNumber })
    .nullable()
    .describe('from baseline to candidate, with its confidence interval; a null end is unbounded'),
  relative: z.boolean().describe("true: change and tolerance are shares of the baseline; false: in the figure's unit"),
  tolerance: z.number(),
  toleranceText: z.string(),
  worse: z.enum(['higher', 'lower']),
  method: z.enum(['hodges-lehmann', 'quantile', 'ratio', 'share']).nullable(),
  confidence: z
    .number()
    .describe('of the interval; above the one asked for where several figures were judged or looks repeated'),
  n: z.number().describe('requests of the side that has fewer'),
  blocks: z.number(),
  verdict: gateVerdictSchema,
  message: z.string(),
})

export const comparisonResultSchema = z.object({
  schemaVersion: z.literal(COMPARISON_SCHEMA_VERSION),
  kind: z.literal('comparison'),
  name: z.string(),
  startedAt: z.string(),
  interrupted: z.boolean(),
  config: z.record(z.string(), z.unknown()),
  baseline: comparedSideSchema,
  candidate: comparedSideSchema,
  blocks: z.object({
    requests: z.number().describe('of each side in one block'),
    pairs: z.number().describe('measured'),
    maxPairs: z.number(),
    order: z.string().describe('one letter per block: B baseline, C candidate'),
    looks: z.array(z.number()).describe('pairs after which the figures were to be judged'),
    looked: z.number().describe('how often they were judged'),
  }),
  confidence: z.number().describe('over all figures and all looks'),
  regressions: z.array(regressionResultSchema),
  thresholds: z
    .array(thresholdResultSchema)
    .default([])
    .describe('the success rate of each side, where no regression speaks of failures: see minSuccessRate'),
  verdict: verdictSchema,
  environment: environmentSchema,
  resultJsonPath: z.string().nullable(),
  notes: z.array(z.string()).describe('what a reader must know, in full sentences'),
})

export type ComparedSide = z.infer<typeof comparedSideSchema>
export type ComparedRegression = z.infer<typeof regressionResultSchema>
export type ComparisonResult = z.infer<typeof comparisonResultSchema>

const capacityStepSchema = z.object({
  level: z.number().describe('requests in flight, or requests per second'),
  runs: z.number(),
  totalRequests: z.number().describe('over all runs'),
  failedRequests: z.number(),
  qps: z.number().describe('averaged over the runs, as all values here'),
  outputTokensPerSecond: z.number(),
  latencySeconds: optionalNumber,
  p99LatencySeconds: optionalNumber,
  ttftSeconds: optionalNumber,
  tpotSeconds: optionalNumber,
  satisfied: z
    .array(z.boolean())
    .describe('for each criterion, in their order; an optimum is satisfied without failures'),
  clientValid: z.boolean().describe('false: the client was the bottleneck, so that the level says nothing'),
})

const capacityCriterionSchema = z.object({
  expression: z.string(),
  kind: z.enum(['limit', 'optimum']),
  maxSatisfied: optionalNumber.describe(
    'the highest level that holds, or the one with the best value; null: not one of those tried',
  ),
  atUpperBound: z.boolean().describe('the upper bound holds, so the capacity may be higher'),
  values: z
    .array(z.object({ key: z.string(), value: optionalNumber, unit: z.string() }))
    .describe("the criterion's values at that level"),
  note: z.string(),
})

export const capacitySchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('capacity'),
  name: z.string(),
  startedAt: z.string(),
  endpoint: z.object({ url: z.string(), embedded: z.boolean() }),
  variable: z.enum(['parallel', 'rate']),
  start: z.number(),
  lowerBound: z.number(),
  upperBound: z.number(),
  runsPerLevel: z.number(),
  steps: z.array(capacityStepSchema).describe('in the order in which they were tried'),
  criteria: z.array(capacityCriterionSchema),
  unfinished: z.string().nullable().describe('why the search stopped before it was done'),
  gate: z.array(thresholdResultSchema),
  verdict: verdictSchema,
  config: z.record(z.string(), z.unknown()),
  environment: environmentSchema,
  notes: z.array(z.string()),
})

export type CapacityStep = z.infer<typeof capacityStepSchema>
export type CapacityCriterion = z.infer<typeof capacityCriterionSchema>
export type CapacityResult = z.infer<typeof capacitySchema>

export const sweepSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('sweep'),
  variable: z.enum(['parallel', 'rate']),
  points: z.array(
    z.object({
      load: z.number().describe('requests in flight, or requests per second offered'),
      throughput: z.number().describe('succeeded requests per second'),
      latencyMs: z.number().nullable().describe('mean over the succeeded requests'),
    }),
  ),
  knee: z.number().nullable().describe('the load at the knee; null: the curve has none'),
  saturatedFrom: z.number().nullable().describe('the first load that bought waiting instead of throughput'),
  stopped: z.string().describe('why the sweep ended where it did'),
  results: z.array(resultSchema),
})

export type SweepResult = z.infer<typeof sweepSchema>
