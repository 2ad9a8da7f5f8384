/** The shape of what a capacity search found. `perfgate schema capacity` prints it as JSON Schema. */
import { z } from 'zod'
import { environmentSchema, SCHEMA_VERSION, thresholdResultSchema, verdictSchema } from './schema.ts'

const optionalNumber = z.number().nullable()

export const capacityStepSchema = z.object({
  level: z.number().describe('requests in flight, or requests per second'),
  runs: z.number(),
  totalRequests: z.number().describe('over all runs'),
  failedRequests: z.number(),
  qps: z.number().describe('averaged over the runs, as all figures here'),
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

export const capacityCriterionSchema = z.object({
  expression: z.string(),
  kind: z.enum(['limit', 'optimum']),
  maxSatisfied: optionalNumber.describe(
    'the highest level that holds, or the one with the best value; null: not one of those tried',
  ),
  atUpperBound: z.boolean().describe('the upper bound holds, so the capacity may be higher'),
  values: z
    .array(z.object({ key: z.string(), value: optionalNumber, unit: z.string() }))
    .describe("the criterion's figures at that level"),
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
