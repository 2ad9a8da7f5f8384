/** What a result says of the parts of a load that ran in processes of their own. */
import { z } from 'zod'

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
