/** Throughput in three windows of a run. */
import { z } from 'zod'

export const workloadWindowSchema = z.object({
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
