/**
 * The one description of a scenario: config types, CLI flags, JSON Schema and the docs' tables all come from here.
 *
 * Every option carries its group, a one-line description and, for the CLI, how its words are read.
 */
import { z } from 'zod'

/** How the CLI reads an option's words: one word, many words, `k=v` pairs, JSON text, or none (a switch). */
export type FlagKind = 'string' | 'number' | 'numbers' | 'strings' | 'switch' | 'pairs' | 'json'

export interface OptionMeta {
  group: OptionGroup
  kind: FlagKind
  description: string
  /** The word shown for the value in help, for instance `seconds`. */
  value?: string
  /** Shown as the default in help where the schema has none (it depends on other options). */
  defaultText?: string
}

export const OPTION_GROUPS = ['Basic', 'Network', 'Load', 'Data', 'Generation', 'Gate', 'Output'] as const
export type OptionGroup = (typeof OPTION_GROUPS)[number]

const registry = z.registry<OptionMeta>()

function option<T extends z.ZodType>(schema: T, meta: OptionMeta): T {
  const described = schema.describe(meta.description)
  registry.add(described, meta)
  return described
}

const count = z.number().int().min(1)
const seconds = z.number().positive()
const share = z.number().min(0)
const levels = z.union([count, z.array(count).min(1)])
const rateValue = z
  .number()
  .refine((rate) => rate === -1 || rate > 0, 'must be -1 (unpaced) or a positive number of requests per second')

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const stage = z.strictObject({
  /** How long this stage lasts, seconds. */
  duration: seconds,
  /** Where it ends: concurrency for `ramping-concurrency`, requests per second for `ramping-rate`. */
  target: z.number().min(0),
})

export const EXECUTORS = [
  'shared-iterations',
  'constant-concurrency',
  'constant-arrival-rate',
  'poisson',
  'gamma',
  'ramping-concurrency',
  'ramping-rate',
  'trace',
] as const
export type ExecutorName = (typeof EXECUTORS)[number]

export const options = z.strictObject({
  url: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'url',
    description:
      'base URL or full endpoint; the path of the chosen API is appended when missing; absent: the embedded server',
  }),
  model: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'name',
    description: 'model name sent in each request',
    defaultText: 'embedded, for the embedded server',
  }),
  name: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'text',
    description: 'name of this run, in results and file names',
  }),
  embedded: option(z.record(z.string(), z.unknown()).default({}), {
    group: 'Basic',
    kind: 'json',
    value: 'json',
    description: 'timing and behaviour of the embedded server, for instance {"ttft":{"kind":"constant","meanMs":20}}',
  }),
  api: option(z.string().min(1).default('openai'), {
    group: 'Basic',
    kind: 'string',
    value: 'api',
    description: 'protocol of the endpoint',
  }),
  apiKey: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'key',
    description: 'sent as "Authorization: Bearer …"; prefer the environment variable PERFGATE_API_KEY',
  }),
  debug: option(z.boolean().default(false), {
    group: 'Basic',
    kind: 'switch',
    description: 'say the resolved options on stderr',
  }),

  totalTimeout: option(seconds.default(21_600), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest time one request may take',
  }),
  connectTimeout: option(seconds.default(30), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest time to open a connection',
  }),
  readTimeout: option(seconds.default(600), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest silence of the server within a request',
  }),
  headers: option(z.record(z.string(), headerValue).default({}), {
    group: 'Network',
    kind: 'pairs',
    value: 'k=v',
    description: 'extra request headers',
  }),
  noTestConnection: option(z.boolean().default(false), {
    group: 'Network',
    kind: 'switch',
    description: 'do not send a test request before the run',
  }),
  preconnect: option(z.boolean().default(true), {
    group: 'Network',
    kind: 'switch',
    description: 'open connections before the measured phase',
  }),

  parallel: option(levels.default(1), {
    group: 'Load',
    kind: 'numbers',
    value: 'n',
    description: 'requests in flight at once; a list runs one level after another',
  }),
  number: option(levels.optional(), {
    group: 'Load',
    kind: 'numbers',
    value: 'n',
    description: 'requests to send; a list as long as that of parallel or rate',
    defaultText: '100, or no limit with duration or stages',
  }),
  rate: option(z.union([rateValue, z.array(rateValue).min(1)]).default(-1), {
    group: 'Load',
    kind: 'numbers',
    value: 'per-second',
    description: 'mean arrival rate, requests per second; -1: as fast as parallel allows',
  }),
  openLoop: option(z.boolean().default(false), {
    group: 'Load',
    kind: 'switch',
    description: 'start each request when it is due, however many are in flight; rate drives the sweep',
  }),
  executor: option(z.enum(EXECUTORS).optional(), {
    group: 'Load',
    kind: 'string',
    value: 'name',
    description: `arrival pattern: ${EXECUTORS.join(', ')}`,
    defaultText: 'shared-iterations, or poisson with rate',
  }),
  burstiness: option(z.number().positive().default(1), {
    group: 'Load',
    kind: 'number',
    value: 'shape',
    description: 'shape of gamma arrivals: 1 is Poisson, smaller is burstier, larger is steadier',
  }),
  stages: option(z.array(stage).min(1).optional(), {
    group: 'Load',
    kind: 'json',
    value: 'json',
    description: 'ramp, for instance [{"duration":30,"target":16}]',
  }),
  timestamps: option(z.array(z.number().min(0)).min(1).optional(), {
    group: 'Load',
    kind: 'numbers',
    value: 'ms',
    description: 'arrival times of a trace, milliseconds from the start',
  }),
  duration: option(seconds.optional(), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'send nothing new after this; requests in flight finish',
  }),
  gracefulStop: option(z.number().min(0).default(30), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'how long requests in flight may finish after an interruption',
  }),
  warmupNum: option(share.default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'warmup requests under the same load, not in the figures: a count, or a share of number when below 1',
  }),
  sleepInterval: option(z.number().min(0).default(5), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'pause between the levels of a sweep',
  }),
  workers: option(z.union([z.literal('auto'), count.max(256)]).default('auto'), {
    group: 'Load',
    kind: 'string',
    value: 'n|auto',
    description: 'load threads',
  }),
  loadSeed: option(z.number().int().min(0).default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'seed of arrival times and of all sampling on our side',
  }),
  logEveryNQuery: option(z.number().int().min(0).default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'print a line every n requests; 0: every few seconds',
  }),
  stream: option(z.boolean().default(true), {
    group: 'Load',
    kind: 'switch',
    description: 'ask for a streamed answer',
  }),

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

  maxTokens: option(z.union([count, z.tuple([count, count])]).default(2048), {
    group: 'Generation',
    kind: 'numbers',
    value: 'n',
    description: 'max_tokens: one value, or a minimum and maximum sampled per request',
  }),
  minTokens: option(count.optional(), { group: 'Generation', kind: 'number', value: 'n', description: 'min_tokens' }),
  temperature: option(z.number().min(0).default(0), {
    group: 'Generation',
    kind: 'number',
    value: 'x',
    description: 'temperature',
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
  extraArgs: option(z.record(z.string(), z.unknown()).default({}), {
    group: 'Generation',
    kind: 'json',
    value: 'json',
    description: 'merged into each request body, over everything else',
  }),

  thresholds: option(z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'what must hold, for instance "p99(latency) <= 1.5 s"',
  }),
  objectives: option(z.record(z.string(), z.string()).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'what each request must meet to count as goodput, for instance "ttft <= 200 ms"',
  }),
  onInvalid: option(z.enum(['fail', 'skip', 'warn']).default('fail'), {
    group: 'Gate',
    kind: 'string',
    value: 'policy',
    description: 'when the client was the bottleneck: fail, skip or warn',
  }),

  outputsDir: option(z.string().min(1).default('./outputs'), {
    group: 'Output',
    kind: 'string',
    value: 'folder',
    description: 'where the result DB and JSON go',
  }),
  noTimestamp: option(z.boolean().default(false), {
    group: 'Output',
    kind: 'switch',
    description: 'leave the time out of file names',
  }),
  dbCommitInterval: option(count.default(1000), {
    group: 'Output',
    kind: 'number',
    value: 'rows',
    description: 'rows per transaction of the result DB, at most one second of them',
  }),
  store: option(z.enum(['none', 'metrics', 'full']).default('full'), {
    group: 'Output',
    kind: 'string',
    value: 'what',
    description: 'kept per request: none (no DB), metrics (figures only), full (with request and answer text)',
  }),
})

/** A scenario as a user writes it. */
export type Config = z.input<typeof options>
/** A scenario with every default filled in and checked. */
export type ResolvedConfig = z.output<typeof options>
export type Stage = z.output<typeof stage>
export type OptionName = keyof ResolvedConfig & string

export const OPTION_NAMES = Object.keys(options.shape) as OptionName[]

/** Group, description and CLI form of one option. */
export function optionMeta(name: OptionName): OptionMeta {
  return registry.get(options.shape[name])!
}
