/** Options of what a run may cost. */
import { z } from 'zod'
import { option } from '../option.ts'

const amount = z.number().min(0)

export const priceSchema = z.strictObject({
  input: amount.describe('of a million tokens of input'),
  cachedInput: amount.optional().describe('of those that the server found in its cache; absent: as input'),
  output: amount.default(0).describe('of a million tokens of output'),
  reasoning: amount.optional().describe('of those that are reasoning; absent: as output'),
  currency: z.string().min(1).default('USD'),
})

/** Prices of a million tokens. */
export type Price = z.output<typeof priceSchema>

/** A price each, by the name of the model. */
export const priceListSchema = z.record(z.string(), priceSchema).refine((list) => Object.keys(list).length > 0, {
  message: 'expected the price of a model',
})

export const budgetOptions = {
  prices: option(z.union([z.string().min(1), priceSchema, priceListSchema]).optional(), {
    group: 'Budget',
    kind: 'json',
    value: 'json|@file',
    description:
      'prices of a million tokens, for instance {"input":0.15,"output":0.6}, with cachedInput, reasoning and currency where they differ, or an object with such prices by model; in code and files also the path of a JSON file with either',
  }),
  maxCost: option(z.number().positive().optional(), {
    group: 'Budget',
    kind: 'number',
    value: 'amount',
    description:
      'end the run before it costs more, by prices and by what requests in flight may cost at most; needs a limit on output (maxTokens)',
  }),
}
