/** What the model is asked for. */
import { z } from 'zod'
import { count, option } from '../option.ts'

const oneOrRange = z.union([count, z.tuple([count, count])])

/** `none`, or null in code and files, leaves a field with a default out of the body. */
function orNone<T extends z.ZodType>(schema: T, byDefault: number) {
  return z
    .union([schema, z.literal('none'), z.null()])
    .default(byDefault as never)
    .transform((value) => (value === 'none' ? null : value) as Exclude<z.output<T>, 'none'> | null)
}

export const generationOptions = {
  maxTokens: option(orNone(oneOrRange, 2048), {
    group: 'Generation',
    kind: 'numbers',
    value: 'n',
    description:
      'max_tokens: one value, a minimum and maximum sampled per request, or none to leave it out of the body',
  }),
  maxCompletionTokens: option(oneOrRange.optional(), {
    group: 'Generation',
    kind: 'numbers',
    value: 'n',
    description: 'max_completion_tokens, in place of max_tokens; api openai (chat completions) only',
  }),
  minTokens: option(count.optional(), { group: 'Generation', kind: 'number', value: 'n', description: 'min_tokens' }),
  temperature: option(orNone(z.number().min(0), 0), {
    group: 'Generation',
    kind: 'number',
    value: 'x',
    description: 'temperature, or none to leave it out of the body',
  }),
  topP: option(z.number().min(0).max(1).optional(), {
    group: 'Generation',
    kind: 'number',
    value: 'x',
    description: 'top_p',
  }),
  topK: option(z.number().int().optional(), { group: 'Generation', kind: 'number', value: 'n', description: 'top_k' }),
  seed: option(z.number().int().optional(), { group: 'Generation', kind: 'number', value: 'n', description: 'seed' }),
  stop: option(z.union([z.string(), z.array(z.string())]).optional(), {
    group: 'Generation',
    kind: 'strings',
    value: 'text',
    description: 'stop sequences',
  }),
  stopTokenIds: option(z.array(z.number().int()).optional(), {
    group: 'Generation',
    kind: 'numbers',
    value: 'id',
    description: 'stop_token_ids',
  }),
  nChoices: option(count.optional(), {
    group: 'Generation',
    kind: 'number',
    value: 'n',
    description: 'n: answers per request',
  }),
  frequencyPenalty: option(z.number().optional(), {
    group: 'Generation',
    kind: 'number',
    value: 'x',
    description: 'frequency_penalty',
  }),
  repetitionPenalty: option(z.number().optional(), {
    group: 'Generation',
    kind: 'number',
    value: 'x',
    description: 'repetition_penalty',
  }),
  logprobs: option(z.boolean().optional(), { group: 'Generation', kind: 'switch', description: 'logprobs' }),
  allowEmpty: option(z.boolean().default(false), {
    group: 'Generation',
    kind: 'switch',
    description: 'an answer without any output is a success, as of a classifier that may say nothing',
  }),
  streamUsage: option(z.boolean().default(true), {
    group: 'Generation',
    kind: 'switch',
    description: 'ask streams for their token counts: stream_options.include_usage (api openai)',
  }),
  extraArgs: option(z.record(z.string(), z.unknown()).default({}), {
    group: 'Generation',
    kind: 'json',
    value: 'json',
    description: 'merged into each request body, over everything else; a null removes the field',
  }),
}
