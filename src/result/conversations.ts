/** Conversations in the result: what became of them, and each turn by itself. */
import { z } from 'zod'
import { distributionSchema } from './distribution.ts'

const optionalNumber = z.number().nullable()

export const turnSchema = z.object({
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
