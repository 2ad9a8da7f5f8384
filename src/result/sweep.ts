/** The shape of a sweep: the results of its levels, and what their curve says. */
import { z } from 'zod'
import { resultSchema, SCHEMA_VERSION } from './schema.ts'

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
