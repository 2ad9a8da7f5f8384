/** Conversations: how many turns they have, and how long users think between them. */
import { z } from 'zod'
import { count, option } from '../option.ts'

const milliseconds = z.number().min(0)

/** How long a user reads and types before the next turn. */
export const thinkTime = z.union([
  milliseconds,
  z.strictObject({ kind: z.literal('constant'), meanMs: milliseconds }),
  z
    .strictObject({ kind: z.literal('uniform'), minMs: milliseconds, maxMs: milliseconds })
    .refine(({ minMs, maxMs }) => minMs <= maxMs, { error: 'is above maxMs', path: ['minMs'] }),
  z.strictObject({ kind: z.literal('exponential'), meanMs: milliseconds }),
  z.strictObject({ kind: z.enum(['normal', 'lognormal']), meanMs: milliseconds, stddevMs: milliseconds }),
])

export const conversationOptions = {
  multiTurn: option(z.boolean().default(false), {
    group: 'Multi-turn',
    kind: 'switch',
    description:
      'hold conversations: number counts conversations, parallel how many go on at once, and each answer joins the history',
  }),
  minTurns: option(count.default(1), {
    group: 'Multi-turn',
    kind: 'number',
    value: 'n',
    description: 'least turns of a conversation; shorter ones of a dataset are skipped',
  }),
  maxTurns: option(count.optional(), {
    group: 'Multi-turn',
    kind: 'number',
    value: 'n',
    description: 'most turns of a conversation; longer ones of a dataset are cut',
  }),
  thinkTime: option(thinkTime.default(0), {
    group: 'Multi-turn',
    kind: 'json',
    value: 'ms|json',
    description:
      'pause between an answer and the next turn, milliseconds, or for instance {"kind":"constant","meanMs":3000}; what a dataset records wins',
  }),
}

/** Datasets that bring arrival times of their own, so that an open loop needs no rate. */
export const TIMED_DATASETS: readonly string[] = ['workload_trace', 'mooncake']
