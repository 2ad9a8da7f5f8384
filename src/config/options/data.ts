/** Options of what is sent: data sets, prompts and conversations. */
import { z } from 'zod'
import { count, option } from '../option.ts'

export const dataOptions = {
  dataset: option(z.string().min(1).default('openqa'), {
    group: 'Data',
    kind: 'string',
    value: 'name',
    description: 'where prompts come from',
  }),
  datasetPath: option(z.string().min(1).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'file',
    description: 'file of the dataset',
  }),
  datasetOffset: option(z.number().int().min(0).default(0), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'skip this many prompts first',
  }),
  prompt: option(z.string().min(1).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'text|@file',
    description: 'one prompt for every request; wins over dataset',
  }),
  dataSource: option(z.enum(['modelscope', 'huggingface', 'local']).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'hub',
    description:
      'where a dataset or tokenizer without a path comes from: modelscope, huggingface, or local (no download)',
    defaultText: 'modelscope, for datasets that do not ship',
  }),
  datasetArgs: option(z.record(z.string(), z.unknown()).default({}), {
    group: 'Data',
    kind: 'json',
    value: 'json',
    description: 'arguments of the chosen dataset, for instance {"target_input_len":2048}',
  }),
  applyChatTemplate: option(z.boolean().optional(), {
    group: 'Data',
    kind: 'switch',
    description: 'count, and on completions send, prompts in the chat template of the tokenizer',
    defaultText: 'true for chat endpoints',
  }),
  queryTemplate: option(z.record(z.string(), z.unknown()).optional(), {
    group: 'Data',
    kind: 'json',
    value: 'json|@file',
    description: 'request body that each prompt and the generation options are put into',
  }),
  maxPromptLength: option(z.number().int().min(0).default(131_072), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'leave out longer prompts: tokens with a tokenizer, characters without; of random: longest made',
  }),
  minPromptLength: option(z.number().int().min(0).default(0), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'leave out shorter prompts; of random: shortest made',
  }),
  prefixLength: option(z.number().int().min(0).default(0), {
    group: 'Data',
    kind: 'number',
    value: 'tokens',
    description: 'tokens that all random prompts begin with, before their own',
  }),
  promptSalt: option(z.string().min(1).max(200).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'text',
    description:
      'decides the contents of made-up prompts; loadSeed decides their lengths. Give it again to repeat a run',
    defaultText: 'fresh for each run, kept in its result',
  }),
  tokenizerPath: option(z.string().min(1).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'path',
    description: 'Hugging Face tokenizer: its tokenizer.json, the folder of it, or owner/name on the hub',
    defaultText: "gpt-tokenizer, the model's encoding",
  }),
  tokenizePrompt: option(z.boolean().default(false), {
    group: 'Data',
    kind: 'switch',
    description: 'send token ids to /v1/completions instead of text',
  }),
  imageWidth: option(z.number().int().min(1).max(16_384).default(224), {
    group: 'Data',
    kind: 'number',
    value: 'pixels',
    description: 'width of random images',
  }),
  imageHeight: option(z.number().int().min(1).max(16_384).default(224), {
    group: 'Data',
    kind: 'number',
    value: 'pixels',
    description: 'height of random images',
  }),
  imageFormat: option(z.enum(['RGB', 'RGBA', 'L']).default('RGB'), {
    group: 'Data',
    kind: 'string',
    value: 'colours',
    description: 'colours of random images: RGB, RGBA (with transparency) or L (grey)',
  }),
  imageNum: option(z.number().int().min(1).max(1000).default(1), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'random images in a prompt',
  }),
  numWorkers: option(z.number().int().min(0).max(256).default(0), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'threads that make up random prompts; 0: chosen by the amount of work',
  }),
}

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
