/** GuideLLM: its scenario files, and the command lines `guidellm run` and, of older versions, `guidellm benchmark`. */
import { commandTree } from './guidellmCommand.ts'
import { GUIDELLM_KEYS as RULES } from './guidellmKeys.ts'
import { addBody, addHeader, type Draft, type Importer, KEY_NOTE, KEY_VARIABLE, newDraft, noteOn } from './importer.ts'
import { distributionOf } from './lengths.ts'
import { readTree } from './readTree.ts'
import { isRecord, type Tree, treeOf } from './tree.ts'

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
