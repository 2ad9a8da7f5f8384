/** inference-perf's YAML. */
import {
  addBody,
  addHeader,
  type Draft,
  type Importer,
  KEY_NOTE,
  KEY_VARIABLE,
  type KeyRule,
  newDraft,
  noteOn,
} from './importer.ts'
import { distributionOf } from './lengths.ts'
import { readTree } from './readTree.ts'
import { isRecord, type Tree, treeOf } from './tree.ts'

const WRITTEN =
  'the result DB and JSON hold each request and every metric; npx perfgate report and export write the rest'
const THREADS = 'load threads are chosen by themselves; see workers'

const RULES: readonly KeyRule[] = [
  { key: 'api.type', to: 'url, api', about: 'completion, chat or anthropic_messages', example: 'chat' },
  { key: 'api.streaming', to: 'stream', example: true },
  { key: 'api.headers', to: 'headers', example: { a: 'b' } },
  { key: 'api.slo_unit', to: 'objectives', about: 'of the x-slo-ttft and x-slo-tpot headers', example: 'ms' },
  { key: 'api.slo_ttft_header', to: 'objectives', example: 'x-slo-ttft-ms' },
  { key: 'api.slo_tpot_header', to: 'objectives', example: 'x-slo-tpot-ms' },
  { key: 'api.response_format', about: 'put it into extraArgs as response_format', example: { type: 'json_schema' } },
  { key: 'api.session_id_header_key', about: 'conversations carry no session header', example: 'x' },
  { key: 'api.session_token_header_key', about: 'conversations carry no session header', example: 'x' },
  { key: 'server.type', about: 'any OpenAI-compatible server is addressed alike', example: 'vllm' },
  { key: 'server.model_name', to: 'model', example: 'm' },
  { key: 'server.base_url', to: 'url', example: 'http://h:1' },
  { key: 'server.ignore_eos', to: 'extraArgs', example: true },
  { key: 'server.api_key', to: 'apiKey', about: KEY_NOTE, example: 'k' },
  { key: 'server.cert_path', about: 'client certificates are not sent', example: 'c.pem' },
  { key: 'server.key_path', about: 'client certificates are not sent', example: 'k.pem' },
  { key: 'tokenizer.pretrained_model_name_or_path', to: 'tokenizerPath', example: 'o/n' },
  { key: 'tokenizer.trust_remote_code', about: 'no code of a hub is ever run', example: true },
  { key: 'tokenizer.token', about: 'put the token of the hub into the environment as HF_TOKEN', example: 't' },
  {
    key: 'data.type',
    to: 'dataset',
    about: 'shareGPT, random, synthetic, shared_prefix, mock; for others write a file of prompts',
    example: 'shareGPT',
  },
  { key: 'data.path', to: 'datasetPath', example: 'f.json' },
  { key: 'data.use_chat_template', to: 'applyChatTemplate', example: true },
  {
    key: 'data.input_distribution',
    to: 'datasetArgs',
    about: 'input of dataset synthetic, normal',
    example: { mean: 50, std_dev: 10, min: 10, max: 100 },
  },
  {
    key: 'data.output_distribution',
    to: 'datasetArgs',
    about: 'output of dataset synthetic, normal',
    example: { mean: 50, std_dev: 10, min: 10, max: 100 },
  },
  { key: 'data.input_distribution.total_count', about: 'prompts are made as they are needed', example: 5 },
  { key: 'data.output_distribution.total_count', about: 'prompts are made as they are needed', example: 5 },
  { key: 'data.input_distribution.skew', about: 'lengths are normal, lognormal, uniform or from a file', example: 1 },
  { key: 'data.output_distribution.skew', about: 'lengths are normal, lognormal, uniform or from a file', example: 1 },
  {
    key: 'data.shared_prefix',
    to: 'datasetArgs',
    about: 'prefix_groups and prefix_tokens of dataset synthetic',
    example: { num_groups: 3, system_prompt_len: 10, question_len: 5, output_len: 4 },
  },
  { key: 'data.shared_prefix.num_prompts_per_group', about: 'each prompt has a question of its own', example: 5 },
  { key: 'data.shared_prefix.num_users_per_system_prompt', about: 'each prompt has a question of its own', example: 5 },
  {
    key: 'data.shared_prefix.enable_multi_turn_chat',
    about: 'use dataset random_multi_turn with multiTurn',
    example: true,
  },
  { key: 'data.shared_prefix.seed', about: 'set loadSeed', example: 1 },
  { key: 'data.shared_prefix.multimodal', about: 'use dataset random_vl', example: { image: 1 } },
  { key: 'data.multimodal', about: 'use dataset random_vl', example: { image: 1 } },
  { key: 'data.corpus_file_path', about: 'random words come from the tokenizer', example: 'f' },
  { key: 'data.trace', about: 'use dataset workload_trace or mooncake with openLoop', example: { file: 'f' } },
  {
    key: 'data.otel_trace_replay',
    about: 'use dataset workload_trace, whose lines hold each request',
    example: { trace_files: ['f'] },
  },
  { key: 'data.conversation_replay', about: 'use dataset custom_multi_turn with multiTurn', example: { path: 'f' } },
  { key: 'load.type', to: 'executor', about: 'constant, poisson, concurrent', example: 'poisson' },
  {
    key: 'load.stages',
    to: 'each',
    about: 'a run for each stage: rate and duration, or concurrency_level and num_requests',
    example: [{ rate: 2, duration: 3 }],
  },
  { key: 'load.interval', to: 'sleepInterval', about: 'within one run; between scenarios there is none', example: 5 },
  { key: 'load.base_seed', to: 'loadSeed', example: 5 },
  { key: 'load.request_timeout', to: 'totalTimeout', example: 5 },
  {
    key: 'load.sweep',
    about: 'npx perfgate sweep --over rate finds the saturation point',
    example: { type: 'linear', num_stages: 5 },
  },
  { key: 'load.num_workers', about: THREADS, example: 4 },
  { key: 'load.worker_max_concurrency', about: THREADS, example: 4 },
  { key: 'load.worker_max_tcp_connections', about: THREADS, example: 4 },
  {
    key: 'load.lora_traffic_split',
    about: 'one model a scenario; multiply scenarios with "each: { model: […] }"',
    example: [{ name: 'a', split: 1 }],
  },
  {
    key: 'load.circuit_breakers',
    about: 'a threshold may stop the load: "errorRate < 5 % abort after 10 s"',
    example: ['a'],
  },
  { key: 'load.trace', about: 'use dataset workload_trace or mooncake with openLoop', example: { file: 'f' } },
  {
    key: 'circuit_breakers',
    about: 'a threshold may stop the load: "errorRate < 5 % abort after 10 s"',
    example: [{ name: 'a' }],
  },
  {
    key: 'metrics',
    about: 'metricsUrl scrapes the engine itself, without a Prometheus server',
    example: { type: 'prometheus', prometheus: { url: 'http://h:9090' } },
  },
  { key: 'report', about: WRITTEN, example: { request_lifecycle: { summary: true } } },
  { key: 'storage.local_storage.path', to: 'outputsDir', example: 'reports' },
  {
    key: 'storage',
    about: 'results are written to a folder; upload it as a step of the job',
    example: { google_cloud_storage: { bucket_name: 'b' } },
  },
]

export const inferencePerf: Importer = {
  name: 'inference-perf',
  aliases: ['inference_perf', 'inferenceperf'],
  title: 'inference-perf',
  sources: ['https://github.com/kubernetes-sigs/inference-perf/blob/main/docs/config.md'],
  takes: 'file',
  keys: RULES,
  read(input) {
    const tree = treeOf(readTree(input, 'inference-perf'))
    const draft = newDraft()
    readServer(tree, draft)
    readData(tree, draft)
    readLoad(tree, draft)
    copy(tree, draft, {
      'storage.local_storage.path': 'outputsDir',
      'tokenizer.pretrained_model_name_or_path': 'tokenizerPath',
      'load.base_seed': 'loadSeed',
      'load.request_timeout': 'totalTimeout',
      'load.interval': 'sleepInterval',
      'data.use_chat_template': 'applyChatTemplate',
    })
    draft.notes.push(...tree.left().map(([path, value]) => noteOn(RULES, path, value)))
    return [draft]
  },
}

function copy(tree: Tree, draft: Draft, pairs: Record<string, string>): void {
  for (const [path, option] of Object.entries(pairs)) {
    const value = tree.take(path)
    if (value !== undefined) draft.config[option] = value
  }
}

function readServer(tree: Tree, draft: Draft): void {
  const type = tree.take('api.type') ?? 'completion'
  const base = String(tree.take('server.base_url') ?? 'http://127.0.0.1:8000').replace(/\/$/, '')
  draft.config['url'] =
    `${base}${type === 'chat' ? '/v1/chat/completions' : type === 'completion' ? '/v1/completions' : ''}`
  if (type === 'anthropic_messages') draft.config['api'] = 'anthropic'
  else if (type !== 'chat' && type !== 'completion')
    draft.notes.push(`api.type ${String(type)}: not known; set url and api`)
  copy(tree, draft, { 'server.model_name': 'model' })
  // Their default is not to stream.
  draft.config['stream'] = tree.take('api.streaming') === true
  if (tree.take('server.ignore_eos') !== false) addBody(draft, { ignore_eos: true })
  if (tree.take('server.api_key')) {
    draft.config['apiKey'] = KEY_VARIABLE
    draft.notes.push(`server.api_key: ${KEY_NOTE}`)
  }
  const unit = tree.take('api.slo_unit') ?? 'ms'
  const objectives: Record<string, string> = {}
  const headers = tree.take('api.headers')
  for (const [name, value] of Object.entries(isRecord(headers) ? headers : {})) addHeader(draft, name, value)
  for (const metric of ['ttft', 'tpot']) {
    const header = String(tree.take(`api.slo_${metric}_header`) ?? `x-slo-${metric}-${String(unit)}`)
    const limit = isRecord(headers) ? headers[header] : undefined
    if (limit !== undefined) objectives[metric] = `<= ${Number(limit)} ${String(unit)}`
  }
  if (Object.keys(objectives).length > 0) draft.config['objectives'] = objectives
}

function readData(tree: Tree, draft: Draft): void {
  const type = tree.take('data.type') ?? 'mock'
  const { config, notes } = draft
  const path = tree.take('data.path')
  if (path !== undefined) config['datasetPath'] = path
  if (type === 'shareGPT') config['dataset'] = 'share_gpt_en'
  else if (type === 'random' || type === 'synthetic') {
    config['dataset'] = 'synthetic'
    if (type === 'synthetic')
      notes.push(
        'data.type synthetic: texts there are cut from a corpus; here they are random words of the same lengths',
      )
    setLengths(
      draft,
      lengthsAt(tree, 'data.input_distribution', notes),
      lengthsAt(tree, 'data.output_distribution', notes),
    )
  } else if (type === 'shared_prefix') readSharedPrefix(tree, draft)
  else if (type === 'mock') notes.push('data.type mock: prompts are those of the default dataset, openqa')
  else
    notes.push(
      `data.type ${String(type)}: not here; write its prompts into a file and use dataset line_by_line with datasetPath`,
    )
}

function setLengths(draft: Draft, input: unknown, output: unknown, more: Record<string, unknown> = {}): void {
  draft.config['datasetArgs'] = {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...more,
  }
}

function readSharedPrefix(tree: Tree, draft: Draft): void {
  const at = 'data.shared_prefix'
  const take = (...names: string[]): unknown =>
    names.map((name) => tree.take(`${at}.${name}`)).find((value) => value !== undefined)
  const length = (distribution: string, plain: string): unknown => {
    const plainValue = take(plain)
    return (
      lengthsAt(tree, `${at}.${distribution}`, draft.notes) ??
      (isRecord(plainValue) ? distributionOf(lengthsOf(plainValue)) : plainValue)
    )
  }
  draft.config['dataset'] = 'synthetic'
  const prefix = take('system_prompt_len')
  if (isRecord(prefix)) draft.notes.push(`${at}.system_prompt_len: prefixes are of one length; its mean is taken`)
  setLengths(draft, length('question_distribution', 'question_len'), length('output_distribution', 'output_len'), {
    prefix_tokens: isRecord(prefix) ? Math.round(Number(prefix['mean'])) : (prefix ?? 100),
    prefix_groups: take('num_groups', 'num_unique_system_prompts') ?? 10,
  })
}

function lengthsAt(tree: Tree, path: string, notes: string[]): unknown {
  const value = tree.peek(path)
  if (!isRecord(value)) return undefined
  for (const key of ['mean', 'std_dev', 'variance', 'min', 'max', 'type']) tree.take(`${path}.${key}`)
  const type = value['type'] ?? 'normal'
  if (type === 'fixed') return distributionOf({ mean: number(value['mean']) })
  if (type === 'uniform') return { kind: 'uniform', min: number(value['min']) ?? 10, max: number(value['max']) ?? 1024 }
  if (type !== 'normal')
    notes.push(`${path}.type ${String(type)}: a normal distribution of the same mean and spread is taken`)
  return distributionOf(lengthsOf(value))
}

function lengthsOf(value: Record<string, unknown>): Parameters<typeof distributionOf>[0] {
  const variance = number(value['variance'])
  return {
    mean: number(value['mean']) ?? 512,
    stddev: variance === undefined ? (number(value['std_dev']) ?? 200) : Math.sqrt(variance),
    min: number(value['min']) ?? 10,
    max: number(value['max']) ?? 1024,
  }
}

function number(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value)
}

function readLoad(tree: Tree, draft: Draft): void {
  const type = tree.take('load.type') ?? 'constant'
  const stages = tree.peek('load.stages')
  const rows: Record<string, unknown>[] = []
  for (const i of Array.isArray(stages) ? stages.keys() : []) {
    const take = (key: string): unknown => tree.take(`load.stages[${i}].${key}`)
    rows.push(
      type === 'concurrent'
        ? { parallel: take('concurrency_level') ?? 1, number: take('num_requests') ?? 100 }
        : { rate: take('rate') ?? 1, duration: take('duration') ?? 1 },
    )
  }
  if (type === 'constant' || type === 'poisson')
    Object.assign(draft.config, { openLoop: true, executor: type === 'poisson' ? 'poisson' : 'constant-arrival-rate' })
  else if (type !== 'concurrent') {
    draft.notes.push(`load.type ${String(type)}: replay recorded requests with dataset workload_trace and openLoop`)
    return
  }
  if (rows.length === 0) {
    draft.notes.push('load.stages: there are none; set rate and duration')
    if (type !== 'concurrent') Object.assign(draft.config, { rate: 1, duration: 30 })
  } else if (rows.length === 1) Object.assign(draft.config, rows[0])
  else draft.each = rows
}
