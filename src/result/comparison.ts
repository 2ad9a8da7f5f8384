/** The shape of a comparison's result; `perfgate schema comparison` prints it as JSON Schema. */
import { z } from 'zod'
import {
  clientHealthSchema,
  distributionSchema,
  environmentSchema,
  gateVerdictSchema,
  thresholdResultSchema,
  verdictSchema,
} from './schema.ts'

export const COMPARISON_SCHEMA_VERSION = 1

const optionalNumber = z.number().nullable()

export const comparedSideSchema = z.object({
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

export const regressionResultSchema = z.object({
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
