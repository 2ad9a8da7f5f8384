/** GuideLLM: its scenario files, and the command lines `guidellm run` and, of older versions, `guidellm benchmark`. */
import { type GivenFlag, readFlags } from './commandLine.ts'
import {
  addBody,
  addHeader,
  type Draft,
  type Importer,
  type ImportInput,
  KEY_NOTE,
  KEY_VARIABLE,
  type KeyRule,
  newDraft,
  noteOn,
} from './importer.ts'
import { distributionOf } from './lengths.ts'
import { readTree } from './readTree.ts'
import { isRecord, type Tree, treeOf } from './tree.ts'

const SHOWN = 'result DB, JSON and tables are always written; npx perfgate export writes other formats'
const TURNS = 'use dataset random_multi_turn with multiTurn'

const RULES: readonly KeyRule[] = [
  { key: 'backend.kind', to: 'api', about: 'openai_http', example: 'openai_http' },
  { key: 'backend.target', to: 'url', example: 'http://h:1' },
  { key: 'backend.model', to: 'model', example: 'm' },
  { key: 'backend.request_format', to: 'url', about: 'the path of the endpoint', example: '/v1/completions' },
  { key: 'backend.api_key', to: 'apiKey', about: KEY_NOTE, example: 'k' },
  { key: 'backend.timeout', to: 'totalTimeout', example: 5 },
  { key: 'backend.timeout_connect', to: 'connectTimeout', example: 5 },
  { key: 'backend.stream', to: 'stream', example: false },
  { key: 'backend.max_tokens', to: 'maxTokens', example: 5 },
  { key: 'backend.extras.body', to: 'extraArgs', example: { a: 1 } },
  { key: 'backend.extras.headers', to: 'headers', example: { a: 'b' } },
  {
    key: 'backend.extras',
    about: 'headers and body alone are taken; put others into the url',
    example: { params: { a: 1 } },
  },
  {
    key: 'backend.validate_backend',
    to: 'noTestConnection',
    about: 'false: no request before the run',
    example: false,
  },
  { key: 'backend.verify', about: 'set NODE_EXTRA_CA_CERTS to the certificate of the server', example: false },
  { key: 'backend.follow_redirects', about: 'redirects are not followed; give the final url', example: true },
  { key: 'backend.api_routes', about: 'put the path into url', example: { chat: '/x' } },
  { key: 'backend.server_history', about: 'conversations carry their history themselves', example: true },
  { key: 'backend.multiturn_reasoning', about: 'reasoning is not sent back', example: true },
  {
    key: 'profile.kind',
    to: 'executor',
    about: 'synchronous, concurrent, throughput, constant, poisson, async',
    example: 'concurrent',
  },
  { key: 'profile.streams', to: 'parallel', example: 3 },
  { key: 'profile.rate', to: 'rate', about: 'in an open loop', example: 3 },
  { key: 'profile.max_concurrency', to: 'parallel', example: 3 },
  { key: 'profile.warmup', to: 'warmupNum', about: 'a count of requests', example: 3 },
  {
    key: 'profile.cooldown',
    about: 'steadyQps and steadyOutputTokensPerSecond leave out the ramps at both ends',
    example: 3,
  },
  { key: 'profile.rampup_duration', about: 'write the ramp as "stages"', example: 3 },
  { key: 'profile.sweep_size', about: 'npx perfgate sweep doubles the load until it saturates', example: 3 },
  {
    key: 'profile.strategy_type',
    about: 'npx perfgate sweep doubles the load until it saturates',
    example: 'constant',
  },
  { key: 'profile.time_scale', about: 'use dataset workload_trace with its speed', example: 2 },
  {
    key: 'constraints',
    to: 'number, duration, thresholds',
    about: 'max_requests, max_duration, max_errors, max_error_rate',
    example: [{ kind: 'max_requests', count: 7 }],
  },
  {
    key: 'data[].kind',
    to: 'dataset',
    about: 'synthetic_text and files; for hub datasets write a file of prompts',
    example: 'synthetic_text',
  },
  { key: 'data[].path', to: 'datasetPath', example: 'f.txt' },
  {
    key: 'data[].source',
    about: 'write its prompts into a file and use dataset line_by_line with datasetPath',
    example: 'o/n',
  },
  {
    key: 'data[].load_kwargs',
    about: 'write its prompts into a file and use dataset line_by_line with datasetPath',
    example: { split: 'test' },
  },
  ...['prompt_tokens', 'output_tokens'].flatMap((name): KeyRule[] =>
    ['', '_stdev', '_min', '_max'].map((end) => ({
      key: `data[].${name}${end}`,
      to: 'datasetArgs',
      about: `${name === 'prompt_tokens' ? 'input' : 'output'} of dataset synthetic`,
      example: 20,
    })),
  ),
  { key: 'data[].prefix_tokens', to: 'datasetArgs', about: 'of dataset synthetic', example: 20 },
  {
    key: 'data[].prefix_buckets',
    about: 'one bucket alone: prefix_tokens and prefix_groups of dataset synthetic',
    example: [{ prefix_tokens: 5 }],
  },
  { key: 'data[].turns', about: TURNS, example: 3 },
  { key: 'data[].delay', about: `${TURNS} and thinkTime`, example: 3 },
  { key: 'tokenizer.model', to: 'tokenizerPath', example: 'o/n' },
  {
    key: 'tokenizer',
    about: 'tokenizers are those of tokenizer.json; set tokenizerPath',
    example: { kind: 'huggingface_auto' },
  },
  { key: 'seed.value', to: 'loadSeed', example: 5 },
  { key: 'seed.kind', about: 'seeds are numbers', example: 'static' },
  {
    key: 'data_column_mapper',
    about: 'the columns of a dataset are in docs/datasets.md',
    example: { kind: 'generative_column_mapper' },
  },
  { key: 'data_preprocessors', about: 'put finished prompts into the file', example: [{ kind: 'encode_media' }] },
  { key: 'data_finalizer', about: 'put finished prompts into the file', example: { kind: 'generative' } },
  { key: 'data_loader', about: 'prompts keep the order of their file', example: { kind: 'pytorch' } },
  { key: 'outputs', about: SHOWN, example: [{ kind: 'json' }] },
  { key: 'metrics', about: 'see store for what is kept of each request', example: { kind: 'generative' } },
]

/** Flags of version 0.6 and before, as the keys they became. */
const OLD_FLAGS: Record<string, string> = {
  '--target': 'backend.target',
  '--model': 'backend.model',
  '--backend-type': 'backend.kind',
  '--request-type': 'backend.request_format',
  '--request-format': 'backend.request_format',
  '--profile': 'profile.kind',
  '--rate-type': 'profile.kind',
  '--processor': 'tokenizer.model',
  '--random-seed': 'seed.value',
  '--warmup': 'profile.warmup',
  '--cooldown': 'profile.cooldown',
  '--rampup': 'profile.rampup_duration',
}
const OLD_CONSTRAINTS: Record<string, [kind: string, field: string]> = {
  '--max-requests': ['max_requests', 'count'],
  '--max-seconds': ['max_duration', 'seconds'],
  '--max-errors': ['max_errors', 'count'],
  '--max-error-rate': ['max_error_rate', 'rate'],
}
const OBJECTS: Record<string, string> = {
  '--backend': 'backend',
  '--profile': 'profile',
  '--tokenizer': 'tokenizer',
  '--seed': 'seed',
  '--metrics': 'metrics',
  '--data-loader': 'data_loader',
  '--data-finalizer': 'data_finalizer',
  '--data-column-mapper': 'data_column_mapper',
}
const LISTS: Record<string, string> = {
  '--data': 'data',
  '--constraint': 'constraints',
  '--output': 'outputs',
  '--data-preprocessor': 'data_preprocessors',
}
const FLAG_NOTES: Record<string, string> = {
  '--output-path': SHOWN,
  '--output-dir': SHOWN,
  '--output-formats': SHOWN,
  '--outputs': SHOWN,
  '--config': 'its own keys are not read; import that file instead',
  '--scenario': 'its own keys are not read; import that file instead',
  '-c': 'its own keys are not read; import that file instead',
  '--label': 'put it into the name of the scenario',
  '--disable-console': 'not needed',
  '--disable-console-outputs': 'not needed',
  '--disable-console-interactive': 'not needed',
  '--disable-progress': 'not needed',
  '--data-args': 'the arguments of a dataset are datasetArgs',
  '--data-samples': 'set number',
  '--data-sampler': 'prompts keep the order of their file',
  '--sample-requests': 'see store',
  '--detect-saturation': 'npx perfgate sweep ends where more load brings only waiting',
}

export const guidellm: Importer = {
  name: 'guidellm',
  aliases: ['guide-llm'],
  title: 'GuideLLM',
  sources: [
    'https://github.com/vllm-project/guidellm/blob/main/docs/getting-started/benchmark.md',
    'https://github.com/vllm-project/guidellm/blob/main/docs/guides/v0.7.0_migration_guide.md',
  ],
  takes: 'command or file',
  keys: RULES,
  read(input) {
    const draft = newDraft()
    const isCommand =
      input.words !== undefined || /^\s*(#.*\n\s*)*(\S+=\S*\s+)*(\S*\/)?guidellm\b|^\s*--/.test(input.text)
    const root = isCommand ? commandTree(input, draft) : readTree(input, 'guidellm')
    // A report holds the scenario it came from.
    const scenario = isRecord(root['config']) ? root['config'] : root
    const spec = isRecord(scenario['spec']) ? scenario['spec'] : scenario
    if (spec !== root) readAround(scenario, draft)
    const tree = treeOf(spec)
    readBackend(tree, draft)
    readProfile(tree, draft)
    readConstraints(tree, draft)
    readData(tree, draft)
    const tokenizer = tree.take('tokenizer.model')
    if (tokenizer !== undefined) draft.config['tokenizerPath'] = tokenizer
    tree.take('tokenizer.kind')
    const seed = tree.take('seed.value')
    if (seed !== undefined) draft.config['loadSeed'] = Number(seed)
    draft.notes.push(...tree.left().map(([path, value]) => noteOn(RULES, path, value)))
    return [draft]
  },
}

/** `metadata` and `benchmarks` beside the `spec`. */
function readAround(scenario: Record<string, unknown>, draft: Draft): void {
  const { metadata, benchmarks, spec: _, ...rest } = scenario
  const labels = isRecord(metadata) && isRecord(metadata['labels']) ? metadata['labels'] : {}
  if (typeof labels['name'] === 'string') draft.name = labels['name']
  if (Array.isArray(benchmarks) && benchmarks.some((one) => isRecord(one)))
    draft.notes.push(`benchmarks ${JSON.stringify(benchmarks).slice(0, 80)}: write each as a row of "each"`)
  for (const key of Object.keys(rest)) draft.notes.push(`${key}: not known to this importer`)
}

function commandTree(input: ImportInput, draft: Draft): Record<string, unknown> {
  const spec: Record<string, unknown> = {}
  const flags = readFlags(input, 'guidellm', [
    ['guidellm', 'benchmark', 'run'],
    ['guidellm', 'benchmark'],
    ['guidellm', 'run'],
    ['guidellm'],
  ])
  let rates: unknown
  for (const { flag, values } of flags) {
    const text = values.join(' ')
    const list = LISTS[flag]
    const object = OBJECTS[flag]
    const constraint = OLD_CONSTRAINTS[flag]
    if (flag === '--rate') rates = listOf(text)
    else if (flag === '--backend-kwargs' || flag === '--backend-args') assign(spec, 'backend', parsed(text))
    else if (list !== undefined) spec[list] = [...((spec[list] as unknown[] | undefined) ?? []), dataOf(flag, text)]
    else if (object !== undefined && (/[={]/.test(text) || flag !== '--profile'))
      assign(spec, object, /[={]/.test(text) ? parsed(text) : { kind: text })
    else if (constraint !== undefined) {
      const [kind, field] = constraint
      spec['constraints'] = [...((spec['constraints'] as unknown[] | undefined) ?? []), { kind, [field]: scalar(text) }]
    } else if (OLD_FLAGS[flag] !== undefined) {
      const [group, key] = OLD_FLAGS[flag].split('.') as [string, string]
      assign(spec, group, { [key]: scalar(text) })
    } else draft.notes.push(noteOfFlag(flag, values))
  }
  if (rates !== undefined) setRates(spec, rates)
  return spec
}

function noteOfFlag(flag: GivenFlag['flag'], values: readonly string[]): string {
  const shown = [flag, ...values].join(' ')
  return `${shown}: ${FLAG_NOTES[flag] ?? "not known to this importer; look for it in the tool's documentation"}`
}

/** In old versions `--rate` is what the profile makes of it. */
function setRates(spec: Record<string, unknown>, rates: unknown): void {
  const { kind } = (spec['profile'] ?? {}) as { kind?: string }
  const key =
    kind === 'concurrent'
      ? 'streams'
      : kind === 'throughput'
        ? 'max_concurrency'
        : kind === undefined || kind === 'sweep'
          ? 'sweep_size'
          : 'rate'
  assign(spec, 'profile', { [key]: rates })
}

function assign(spec: Record<string, unknown>, group: string, values: Record<string, unknown>): void {
  spec[group] = { ...(spec[group] as object | undefined), ...values }
}

/** JSON, or `key=value,key=value`. */
function parsed(text: string): Record<string, unknown> {
  if (text.trim().startsWith('{'))
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      return { unreadable: text }
    }
  return Object.fromEntries(
    text.split(',').map((pair) => [pair.split('=')[0]!.trim(), scalar(pair.slice(pair.indexOf('=') + 1))]),
  )
}

function dataOf(flag: string, text: string): Record<string, unknown> {
  if (flag !== '--data') return parsed(text)
  if (/^\s*\{|=/.test(text)) return { kind: 'synthetic_text', ...parsed(text) }
  return /\.(txt|csv|jsonl?|parquet|arrow)$/.test(text)
    ? { kind: 'file', path: text }
    : { kind: 'huggingface', source: text }
}

function listOf(text: string): unknown {
  const values = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(scalar)
  return values.length === 1 ? values[0] : values
}

function scalar(text: string): unknown {
  const word = text.trim()
  if (word === 'true' || word === 'false') return word === 'true'
  return word !== '' && !Number.isNaN(Number(word)) ? Number(word) : word
}

const FORMATS: Record<string, string> = {
  chat_completions: '/v1/chat/completions',
  text_completions: '/v1/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
  embeddings: '/v1/embeddings',
}

function readBackend(tree: Tree, draft: Draft): void {
  const { config, notes } = draft
  const take = (key: string): unknown => tree.take(`backend.${key}`)
  const kind = take('kind') ?? 'openai_http'
  if (kind !== 'openai_http')
    notes.push(`backend.kind ${String(kind)}: not here; give the server's OpenAI-compatible url`)
  const format = String(take('request_format') ?? '/v1/chat/completions')
  const path = FORMATS[format.replace(/^\/v1\//, '').replaceAll('/', '_')] ?? FORMATS[format] ?? format
  const base = String(take('target') ?? 'http://127.0.0.1:8000').replace(/\/+$/, '')
  config['url'] = base.replace(/\/v1$/, '') + path
  if (path === '/v1/responses') config['api'] = 'openai_responses'
  if (path === '/v1/embeddings') config['api'] = 'openai_embedding'
  for (const [key, option] of Object.entries({
    model: 'model',
    timeout: 'totalTimeout',
    timeout_connect: 'connectTimeout',
    stream: 'stream',
    max_tokens: 'maxTokens',
  })) {
    const value = take(key)
    if (value !== undefined && value !== '') config[option] = value
  }
  if (take('validate_backend') === false) config['noTestConnection'] = true
  if (take('api_key') !== undefined) {
    config['apiKey'] = KEY_VARIABLE
    notes.push(`backend.api_key: ${KEY_NOTE}`)
  }
  const body = take('extras.body')
  if (isRecord(body)) addBody(draft, body)
  const headers = take('extras.headers')
  for (const [name, value] of Object.entries(isRecord(headers) ? headers : {})) addHeader(draft, name, value)
}

function readProfile(tree: Tree, draft: Draft): void {
  const { config, notes } = draft
  const take = (key: string): unknown => tree.take(`profile.${key}`)
  const kind = take('kind') ?? 'sweep'
  const most = take('max_concurrency')
  switch (kind) {
    case 'synchronous':
      config['parallel'] = 1
      break
    case 'concurrent':
      config['parallel'] = single(take('streams') ?? 1)
      break
    case 'throughput':
      config['parallel'] = single(most ?? 512)
      if (most === undefined) notes.push('profile.kind throughput: sends without a limit; 512 in parallel are taken')
      break
    case 'async':
    case 'constant':
    case 'poisson':
      Object.assign(config, {
        executor: kind === 'poisson' ? 'poisson' : 'constant-arrival-rate',
        rate: single(take('rate') ?? 1),
        ...(most === undefined ? { openLoop: true } : { parallel: most }),
      })
      break
    default:
      notes.push(
        `profile.kind ${String(kind)}: npx perfgate sweep doubles the load until it saturates; this scenario runs one request at a time`,
      )
  }
  const warmup = take('warmup')
  if (typeof warmup === 'number') config['warmupNum'] = warmup
  else if (warmup !== undefined)
    notes.push(`profile.warmup ${JSON.stringify(warmup)}: set warmupNum to a count of requests`)
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

function readConstraints(tree: Tree, draft: Draft): void {
  const list = tree.take('constraints')
  const { config, thresholds, notes } = draft
  for (const one of Array.isArray(list) ? list : []) {
    const { kind, count, seconds, rate } = one as Record<string, unknown>
    if (kind === 'max_requests') config['number'] = single(count)
    else if (kind === 'max_duration' && !Array.isArray(seconds)) config['duration'] = seconds
    else if (kind === 'max_errors')
      thresholds['failedRequests'] = { threshold: `<= ${String(count)}`, abortOnFail: true }
    else if (kind === 'max_error_rate' || kind === 'max_global_error_rate')
      thresholds['errorRate'] = { threshold: `<= ${Number(rate)}`, abortOnFail: true, delayAbortEval: '10 s' }
    else
      notes.push(
        `constraints ${JSON.stringify(one)}: ${kind === 'over_saturation' ? 'npx perfgate sweep ends where more load brings only waiting' : 'has no counterpart here'}`,
      )
  }
  if (config['number'] === undefined && config['duration'] === undefined)
    notes.push('constraints: none on requests or time; the default is 100 requests')
}

function readData(tree: Tree, draft: Draft): void {
  const list = tree.peek('data')
  const { config, notes } = draft
  if (Array.isArray(list) && list.length > 1)
    notes.push('data: the first source alone is taken; dataset mix joins several')
  const take = (key: string): unknown => tree.take(`data[0].${key}`)
  const kind = String(take('kind') ?? (isRecord(tree.peek('data[0]')) ? 'synthetic_text' : 'none'))
  if (kind === 'none') return
  if (kind === 'synthetic_text') {
    const lengths = (name: string): unknown => {
      const [mean, stddev, min, max] = ['', '_stdev', '_min', '_max'].map(
        (end) => take(`${name}_tokens${end}`) as number | undefined,
      )
      return distributionOf({ mean, stddev, min, max })
    }
    const [input, output, prefix] = [lengths('prompt'), lengths('output'), take('prefix_tokens')]
    config['dataset'] = 'synthetic'
    config['datasetArgs'] = {
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
      ...(prefix === undefined ? {} : { prefix_tokens: prefix }),
    }
  } else if (kind === 'file' || kind.endsWith('_file')) {
    config['dataset'] = 'line_by_line'
    config['datasetPath'] = take('path')
    notes.push(
      'data: each line of the file is a text, or a messages array; see docs/datasets.md for datasets of columns',
    )
  } else
    notes.push(
      `data.kind ${kind}: not here; write its prompts into a file and use dataset line_by_line with datasetPath`,
    )
}
