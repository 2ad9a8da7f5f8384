// biome-ignore-all lint/style/noExcessiveLinesPerFile: the table of one command line, flag by flag
/** `vllm bench serve …`, and its forerunner `benchmark_serving.py`. */
import { type GivenFlag, jsonOf, numberOf, readFlags } from './commandLine.ts'
import { addBody, addHeader, type Draft, type Importer, type KeyRule, newDraft, noteOn } from './importer.ts'

type Apply = (values: string[], draft: Draft, all: ReadonlyMap<string, string[]>, flag: string) => unknown

interface FlagRule extends KeyRule {
  apply?: Apply
}

const one =
  (option: string): Apply =>
  ([word], draft) => {
    draft.config[option] = word
  }
const number =
  (option: string): Apply =>
  ([word], draft, _, flag) => {
    draft.config[option] = numberOf(word, flag)
  }
const body =
  (field: string): Apply =>
  ([word], draft, _, flag) =>
    addBody(draft, { [field]: numberOf(word, flag) })
const joint: Apply = () => {}

const SHOWN = 'results show every metric and percentile; put what must hold under "thresholds"'
const FILES = 'result DB and JSON are always written; see outputsDir and store'

const RULES: readonly FlagRule[] = [
  { key: '--model', to: 'model', example: 'm', apply: one('model') },
  { key: '--served-model-name', to: 'model', about: 'wins over --model', example: 's', apply: joint },
  { key: '--base-url', to: 'url', about: 'with --endpoint after it', example: 'http://h:1', apply: joint },
  { key: '--host', to: 'url', example: 'h', apply: joint },
  { key: '--port', to: 'url', example: '1', apply: joint },
  { key: '--endpoint', to: 'url', example: '/v1/chat/completions', apply: joint },
  {
    key: '--backend',
    to: 'api',
    about: 'chat and completions by the path of the URL',
    example: 'openai-embeddings',
    apply: joint,
  },
  { key: '--endpoint-type', to: 'api', about: 'as --backend', example: 'openai-embeddings', apply: joint },
  { key: '--header', to: 'headers', example: 'a=b', apply: (values, draft) => headers(values, draft) },
  { key: '--num-prompts', to: 'number', example: '5', apply: joint },
  { key: '--max-concurrency', to: 'parallel', about: 'absent: an open loop', example: '5', apply: joint },
  {
    key: '--request-rate',
    to: 'rate',
    about: 'openLoop without --max-concurrency; inf: all at once',
    example: '5',
    apply: joint,
  },
  { key: '--burstiness', to: 'burstiness', about: 'gamma arrivals', example: '0.5', apply: number('burstiness') },
  {
    key: '--ramp-up-strategy',
    to: 'stages',
    about: 'linear alone; the length of the ramp is that of sending --num-prompts at the mean rate',
    example: 'linear',
    apply: joint,
  },
  { key: '--ramp-up-start-rps', to: 'rate', example: '1', apply: joint },
  { key: '--ramp-up-end-rps', to: 'stages', example: '3', apply: joint },
  {
    key: '--seed',
    to: 'loadSeed',
    about: 'of arrivals and sampling on our side',
    example: '5',
    apply: number('loadSeed'),
  },
  { key: '--num-warmups', to: 'warmupNum', example: '5', apply: number('warmupNum') },
  {
    key: '--dataset-name',
    to: 'dataset',
    about: 'random, sharegpt and custom; for others give a file of prompts',
    example: 'sharegpt',
    apply: joint,
  },
  { key: '--dataset-path', to: 'datasetPath', example: 'f.json', apply: one('datasetPath') },
  { key: '--input-len', to: 'minPromptLength, maxPromptLength', example: '5', apply: joint },
  { key: '--random-input-len', to: 'minPromptLength, maxPromptLength', example: '5', apply: joint },
  { key: '--output-len', to: 'maxTokens', example: '5', apply: joint },
  { key: '--random-output-len', to: 'maxTokens', example: '5', apply: joint },
  { key: '--sharegpt-output-len', to: 'maxTokens', example: '5', apply: joint },
  { key: '--custom-output-len', to: 'maxTokens', example: '5', apply: joint },
  { key: '--hf-output-len', to: 'maxTokens', example: '5', apply: joint },
  {
    key: '--random-range-ratio',
    to: 'minPromptLength, maxPromptLength, maxTokens',
    about: 'lengths from (1 - r) to (1 + r) times the mean',
    example: '0.5',
    apply: joint,
  },
  { key: '--random-prefix-len', to: 'prefixLength', example: '5', apply: number('prefixLength') },
  { key: '--tokenizer', to: 'tokenizerPath', example: 'o/n', apply: one('tokenizerPath') },
  {
    key: '--skip-chat-template',
    to: 'applyChatTemplate',
    example: true,
    apply: (_, draft) => Object.assign(draft.config, { applyChatTemplate: false }),
  },
  { key: '--ignore-eos', to: 'extraArgs', example: true, apply: (_, draft) => addBody(draft, { ignore_eos: true }) },
  {
    key: '--use-beam-search',
    to: 'extraArgs',
    example: true,
    apply: (_, draft) => addBody(draft, { use_beam_search: true }),
  },
  { key: '--logprobs', to: 'extraArgs', example: '5', apply: body('logprobs') },
  { key: '--temperature', to: 'temperature', example: '0.5', apply: number('temperature') },
  { key: '--top-p', to: 'topP', example: '0.5', apply: number('topP') },
  { key: '--top-k', to: 'topK', example: '5', apply: number('topK') },
  { key: '--min-p', to: 'extraArgs', example: '0.5', apply: body('min_p') },
  { key: '--frequency-penalty', to: 'frequencyPenalty', example: '0.5', apply: number('frequencyPenalty') },
  { key: '--presence-penalty', to: 'extraArgs', example: '0.5', apply: body('presence_penalty') },
  { key: '--repetition-penalty', to: 'repetitionPenalty', example: '1.5', apply: number('repetitionPenalty') },
  {
    key: '--extra-body',
    to: 'extraArgs',
    example: '{"a":1}',
    apply: ([word], draft, _, flag) => addBody(draft, jsonOf(word, flag) as Record<string, unknown>),
  },
  {
    key: '--goodput',
    to: 'objectives',
    about: 'ttft, tpot and e2el (latency), in milliseconds',
    example: 'ttft:200',
    apply: (values, draft) => goodput(values, draft),
  },
  { key: '--label', to: 'name', example: 'l', apply: ([word], draft) => named(word, draft) },
  { key: '--result-dir', to: 'outputsDir', example: 'd', apply: one('outputsDir') },
  { key: '--percentile-metrics', about: SHOWN, example: 'ttft' },
  { key: '--metric-percentiles', about: SHOWN, example: '99' },
  { key: '--save-result', about: FILES, example: true },
  { key: '--save-detailed', about: FILES, example: true },
  { key: '--append-result', about: FILES, example: true },
  {
    key: '--result-filename',
    about: 'files are named by model, name and time; give the scenario a name',
    example: 'f',
  },
  { key: '--metadata', about: 'not kept; put it into the name of the scenario', example: 'a=b' },
  { key: '--disable-tqdm', about: 'not needed: there is no progress line where no terminal is', example: true },
  {
    key: '--ready-check-timeout-sec',
    about: 'one request is sent before the run; to wait for a server use localCommand with readyTimeout',
    example: '5',
  },
  { key: '--tokenizer-mode', about: 'tokenizers are those of tokenizer.json', example: 'hf' },
  { key: '--trust-remote-code', about: 'no code of a hub is ever run', example: true },
  { key: '--skip-tokenizer-init', about: 'tokens are counted by the server where it says usage', example: true },
  { key: '--profile', about: 'start the profiler of the server beside the run', example: true },
  {
    key: '--lora-modules',
    about: 'one model a scenario; multiply scenarios with "each: { model: […] }"',
    example: 'a',
  },
  {
    key: '--lora-assignment',
    about: 'one model a scenario; multiply scenarios with "each: { model: […] }"',
    example: 'random',
  },
  { key: '--request-id-prefix', about: 'requests are numbered in the result DB', example: 'p' },
  { key: '--probe-request-rate', about: 'run a second scenario of short requests beside this one', example: '1' },
  { key: '--self-timed', about: 'use dataset workload_trace or mooncake with openLoop', example: true },
  {
    key: '--chat-template-kwargs',
    about: 'put it into extraArgs as chat_template_kwargs, which the server applies',
    example: '{}',
  },
  { key: '--insecure', about: 'set NODE_EXTRA_CA_CERTS to the certificate of the server', example: true },
  { key: '--plot-timeline', about: 'npx perfgate report draws it', example: true },
  { key: '--timeline-itl-thresholds', about: 'npx perfgate report draws it', example: '25,50' },
  { key: '--plot-dataset-stats', about: 'lengths are in the tables of the result', example: true },
  { key: '--no-stream', about: 'of loading the dataset; files are always read line by line', example: true },
  {
    key: '--no-oversample',
    about: 'prompts of a file begin again when they are used up; set number to their count',
    example: true,
  },
  { key: '--disable-shuffle', about: 'prompts keep the order of their file', example: true },
]

export const vllm: Importer = {
  name: 'vllm',
  aliases: ['vllm-bench', 'vllm_bench_serve'],
  title: '`vllm bench serve`',
  sources: ['https://docs.vllm.ai/en/latest/cli/bench/serve/'],
  takes: 'command',
  keys: RULES,
  read(input) {
    const given = readFlags(input, 'vllm', [['bench', 'serve'], ['benchmark_serving.py'], ['serve.py']])
    const draft = newDraft()
    const all = new Map(given.map(({ flag, values }) => [kebab(flag), values]))
    for (const { flag, values } of given) applyFlag(kebab(flag), values, draft, all)
    setUrl(draft, all)
    setLoad(draft, all)
    setData(draft, all)
    return [draft]
  },
}

function kebab(flag: GivenFlag['flag']): string {
  return flag.startsWith('--') ? `--${flag.slice(2).replaceAll('_', '-')}` : flag
}

function applyFlag(flag: string, values: string[], draft: Draft, all: ReadonlyMap<string, string[]>): void {
  const rule = RULES.find(({ key }) => key === flag)
  if (rule?.apply === undefined)
    draft.notes.push(noteOn(RULES, flag, values.length === 0 ? undefined : values.join(' ')))
  else rule.apply(values, draft, all, flag)
}

function setUrl(draft: Draft, all: ReadonlyMap<string, string[]>): void {
  const first = (flag: string): string | undefined => all.get(flag)?.[0]
  const base = first('--base-url') ?? `http://${first('--host') ?? '127.0.0.1'}:${first('--port') ?? 8000}`
  const backend = first('--backend') ?? first('--endpoint-type') ?? 'openai'
  const usual = backend === 'openai-chat' ? '/v1/chat/completions' : '/v1/completions'
  const api = backend.includes('embeddings')
    ? 'openai_embedding'
    : backend.includes('rerank')
      ? 'openai_rerank'
      : undefined
  draft.config['url'] = base.replace(/\/$/, '') + (first('--endpoint') ?? (api === undefined ? usual : ''))
  if (api !== undefined) draft.config['api'] = api
  else if (!['vllm', 'openai', 'openai-chat'].includes(backend))
    draft.notes.push(
      `--backend ${backend}: speaks a protocol of its own; write a module for it and give it as customApi`,
    )
  const served = first('--served-model-name')
  if (served !== undefined) draft.config['model'] = served
}

function setLoad(draft: Draft, all: ReadonlyMap<string, string[]>): void {
  const { config, notes } = draft
  const value = (flag: string): number | string | undefined =>
    all.has(flag) ? numberOf(all.get(flag)![0], flag) : undefined
  const number = value('--num-prompts') ?? 1000
  const concurrency = value('--max-concurrency')
  const isPaced = all.has('--request-rate') && all.get('--request-rate')![0] !== 'inf'
  config['number'] = number
  if (concurrency !== undefined) config['parallel'] = concurrency
  if (isPaced) config['rate'] = value('--request-rate')
  if (isPaced && concurrency === undefined) config['openLoop'] = true
  if (!isPaced && concurrency === undefined && !all.has('--ramp-up-strategy')) config['parallel'] = number
  if (isPaced && all.has('--burstiness')) config['executor'] = 'gamma'
  const strategy = all.get('--ramp-up-strategy')?.[0]
  if (strategy === undefined) return
  const [start, end] = [Number(value('--ramp-up-start-rps') ?? 0), Number(value('--ramp-up-end-rps') ?? 0)]
  if (strategy !== 'linear' || !(start + end > 0) || typeof number !== 'number') {
    notes.push(`--ramp-up-strategy ${strategy}: write the ramp as "stages" with executor ramping-rate`)
    config['parallel'] ??= number
    return
  }
  Object.assign(config, {
    executor: 'ramping-rate',
    openLoop: true,
    rate: start > 0 ? start : -1,
    stages: [{ duration: Math.ceil((2 * number) / (start + end)), target: end }],
  })
  delete config['parallel']
}

const DATASETS: Record<string, string> = {
  random: 'random',
  sharegpt: 'share_gpt_en',
  custom: 'custom',
  'random-rerank': 'random_rerank',
}

function setData(draft: Draft, all: ReadonlyMap<string, string[]>): void {
  const { config, notes } = draft
  const length = (...flags: string[]): number | string | undefined => {
    const flag = flags.find((candidate) => all.has(candidate))
    return flag === undefined ? undefined : numberOf(all.get(flag)![0], flag)
  }
  const name = all.get('--dataset-name')?.[0] ?? 'random'
  const dataset = config['api'] === 'openai_embedding' && name === 'random' ? 'random_embedding' : DATASETS[name]
  if (dataset === undefined)
    notes.push(
      `--dataset-name ${name}: not here; write its prompts into a file and use dataset line_by_line with datasetPath`,
    )
  else config['dataset'] = dataset
  if (name === 'custom')
    notes.push(
      '--dataset-name custom: each line there is {"prompt": …}; here dataset custom reads plain lines or a module, and openqa reads "question"',
    )
  const isRandom = name === 'random'
  const input = length('--random-input-len', '--input-len') ?? (isRandom ? 1024 : undefined)
  const output =
    length('--random-output-len', '--output-len', '--sharegpt-output-len', '--custom-output-len', '--hf-output-len') ??
    (isRandom ? 128 : undefined)
  const ratio = Number(all.get('--random-range-ratio')?.[0] ?? 0)
  if (Number.isNaN(ratio))
    notes.push('--random-range-ratio: takes one number here; set minPromptLength, maxPromptLength and maxTokens')
  const spread = (mean: number, r: number): [number, number] => [
    Math.max(1, Math.floor(mean * (1 - r))),
    Math.ceil(mean * (1 + r)),
  ]
  if (input !== undefined) {
    const [low, high] = typeof input === 'number' && ratio > 0 ? spread(input, ratio) : [input, input]
    Object.assign(config, { minPromptLength: low, maxPromptLength: high })
  }
  if (output !== undefined)
    config['maxTokens'] = typeof output === 'number' && ratio > 0 ? spread(output, ratio) : output
  if (isRandom && !all.has('--tokenizer'))
    notes.push(
      '--tokenizer: not given, so that lengths are counted by an encoding of gpt-tokenizer; set tokenizerPath to the tokenizer of the model',
    )
}

function named(word: string | undefined, draft: Draft): void {
  draft.name = word
}

function headers(values: readonly string[], draft: Draft): void {
  for (const word of values) {
    const at = word.indexOf('=')
    addHeader(draft, at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1))
  }
}

const OBJECTIVES: Record<string, string> = { ttft: 'ttft', tpot: 'tpot', e2el: 'latency' }

function goodput(values: readonly string[], draft: Draft): void {
  const objectives: Record<string, string> = {}
  for (const pair of values) {
    const [name = '', limit] = pair.split(':')
    const metric = OBJECTIVES[name]
    if (metric === undefined) draft.notes.push(`--goodput ${pair}: unknown metric; known: ttft, tpot, e2el`)
    else objectives[metric] = `<= ${numberOf(limit, '--goodput')} ms`
  }
  draft.config['objectives'] = objectives
}
