/** Artillery's test scripts: phases, HTTP settings, `ensure`, and a scenario that posts one prompt. */
import { secondsOf } from './durations.ts'
import { addBody, addHeader, type Draft, type Importer, type KeyRule, newDraft, noteOn } from './importer.ts'
import { readTree } from './readTree.ts'
import { isRecord, type Tree, treeOf } from './tree.ts'

const SCRIPT = 'requests are built from the dataset and the options, not by a script'
const OUTPUT = 'npx perfgate export and report write other formats'

const RULES: readonly KeyRule[] = [
  { key: 'config.target', to: 'url', example: 'http://h:1' },
  {
    key: 'config.phases',
    to: 'rate, duration, stages',
    about: 'one phase of a constant rate is an open loop; several, or rampTo, are stages of ramping-rate',
    example: [{ duration: 5, arrivalRate: 2 }],
  },
  {
    key: 'config.phases[].name',
    about: 'stages are numbered; a threshold on one is "p99(latency){stage:2}"',
    example: 'warm up',
  },
  {
    key: 'config.phases[].maxVusers',
    about: 'an open loop has as many requests in flight as it takes; set parallel and leave openLoop out to cap them',
    example: 5,
  },
  { key: 'config.phases[].pause', to: 'stages', about: 'a stage of no arrivals', example: 5 },
  {
    key: 'config.ensure',
    to: 'thresholds',
    about: 'see the table of metrics',
    example: { thresholds: [{ 'http.response_time.p95': 200 }] },
  },
  {
    key: 'config.plugins.ensure',
    to: 'thresholds',
    about: 'see the table of metrics',
    example: { thresholds: [{ 'http.response_time.p95': 200 }] },
  },
  { key: 'config.plugins', about: OUTPUT, example: { expect: {} } },
  {
    key: 'config.apdex',
    about: 'objectives with goodShare say what share of requests was fast enough',
    example: { threshold: 100 },
  },
  { key: 'config.http.timeout', to: 'totalTimeout', example: 5 },
  { key: 'config.http.defaults.headers', to: 'headers', example: { a: 'b' } },
  { key: 'config.defaults.headers', to: 'headers', example: { a: 'b' } },
  { key: 'config.http.pool', about: 'there is a connection for each request in flight', example: 5 },
  { key: 'config.http.maxSockets', about: 'there is a connection for each request in flight', example: 5 },
  { key: 'config.http.extendedMetrics', about: 'all metrics are always measured', example: true },
  {
    key: 'config.tls',
    about: 'set NODE_EXTRA_CA_CERTS to the certificate of the server',
    example: { rejectUnauthorized: false },
  },
  {
    key: 'config.payload',
    about: 'use a dataset of that file, as line_by_line with datasetPath',
    example: { path: 'f.csv' },
  },
  { key: 'config.variables', about: 'multiply scenarios with "each"', example: { a: ['b'] } },
  {
    key: 'config.environments',
    about: 'use ${NAME} in the scenario file, or "extends"',
    example: { staging: { target: 'http://h' } },
  },
  { key: 'config.processor', about: `${SCRIPT}; a module of your own goes into customApi`, example: './p.js' },
  { key: 'config.ws', about: 'HTTP alone is spoken', example: { subprotocols: ['a'] } },
  { key: 'config.socketio', about: 'HTTP alone is spoken', example: { path: '/a' } },
  { key: 'config.engines', about: 'HTTP alone is spoken', example: { playwright: { a: 1 } } },
  { key: 'config.includeFiles', about: 'files are read where they are', example: ['a'] },
  { key: 'config.bundling', about: SCRIPT, example: { external: ['a'] } },
  { key: 'scenarios[].name', to: 'name', about: 'of the first scenario', example: 'chat' },
  {
    key: 'scenarios[].flow',
    to: 'url, model, prompt, maxTokens, stream, extraArgs',
    about: 'one post with a json body; other steps are not read',
    example: [
      {
        post: {
          url: '/v1/chat/completions',
          json: { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true },
        },
      },
    ],
  },
  { key: 'scenarios[].weight', about: 'dataset mix draws from several by weight', example: 2 },
  { key: 'scenarios', about: 'the first scenario alone is read', example: [] },
  { key: 'before', about: SCRIPT, example: { flow: [{ get: { url: '/' } }] } },
  { key: 'after', about: SCRIPT, example: { flow: [{ get: { url: '/' } }] } },
]

/** Artillery's metrics, as the figures they are here. */
export const ARTILLERY_METRICS: readonly { key: string; to?: string; about?: string }[] = [
  { key: 'http.response_time.*', to: 'latency', about: 'p50 to p999, median, mean, min, max; milliseconds' },
  { key: 'http.request_rate', to: 'qps' },
  { key: 'http.requests', to: 'totalRequests' },
  { key: 'http.responses', to: 'succeededRequests' },
  { key: 'http.codes.200', to: 'succeededRequests' },
  { key: 'vusers.created', to: 'totalRequests', about: 'where a user sends one request' },
  { key: 'vusers.completed', to: 'succeededRequests', about: 'where a user sends one request' },
  { key: 'vusers.failed', to: 'failedRequests', about: 'where a user sends one request' },
  { key: 'vusers.session_length.*', to: 'latency', about: 'where a user sends one request' },
  { key: 'maxErrorRate', to: 'errorRate', about: 'per cent' },
  { key: 'p95, p99, min, max, median', to: 'latency', about: 'the older form; milliseconds' },
]

export const artillery: Importer = {
  name: 'artillery',
  aliases: ['artilleryio'],
  title: 'Artillery',
  sources: [
    'https://www.artillery.io/docs/reference/test-script',
    'https://www.artillery.io/docs/reference/extensions/ensure',
  ],
  takes: 'file',
  keys: RULES,
  read(input) {
    const tree = treeOf(readTree(input, 'artillery'))
    const draft = newDraft()
    readPhases(tree, draft)
    readEnsure(tree.take('config.ensure'), draft)
    readEnsure(tree.take('config.plugins.ensure'), draft)
    const timeout = secondsOf(tree.take('config.http.timeout'))
    if (timeout !== undefined) draft.config['totalTimeout'] = timeout
    for (const path of ['config.http.defaults.headers', 'config.defaults.headers']) {
      const headers = tree.take(path)
      for (const [name, value] of Object.entries(isRecord(headers) ? headers : {}))
        addHeader(draft, name, variable(value))
    }
    readFlow(tree, draft)
    draft.notes.push(...tree.left().map(([path, value]) => noteOn(RULES, path, value)))
    return [draft]
  },
}

function readPhases(tree: Tree, draft: Draft): void {
  const phases = tree.peek('config.phases')
  const { config, notes } = draft
  const list = (Array.isArray(phases) ? phases : []).map((_, i) => {
    const take = (key: string): unknown => tree.take(`config.phases[${i}].${key}`)
    const [pause, duration, count] = [secondsOf(take('pause')), secondsOf(take('duration')), take('arrivalCount')]
    if (pause !== undefined) return { duration: pause, from: 0, to: 0 }
    if (count !== undefined && duration !== undefined)
      return { duration, from: Number(count) / duration, to: Number(count) / duration }
    const [from, to] = [take('arrivalRate'), take('rampTo')]
    return { duration: duration ?? 0, from: Number(from ?? 0), to: Number(to ?? from ?? 0) }
  })
  const [first, ...others] = list
  if (first === undefined) return
  if (list.some(({ duration, from, to }) => !(duration > 0) || Number.isNaN(from + to)))
    notes.push('config.phases: some hold a variable or no duration; write rate and duration, or stages')
  else if (list.every(({ from, to }) => from + to === 0))
    notes.push('config.phases: nothing arrives in them; write rate and duration, or stages')
  else if (others.length === 0 && first.from === first.to)
    Object.assign(config, {
      openLoop: true,
      executor: 'constant-arrival-rate',
      rate: first.from,
      duration: first.duration,
    })
  else {
    const stages = list.flatMap(({ duration, from, to }, i) => {
      const before = list[i - 1]?.to ?? from
      // A jump between phases is the steepest ramp there is.
      return [...(before === from ? [] : [{ duration: 0.001, target: from }]), { duration, target: to }]
    })
    Object.assign(config, {
      openLoop: true,
      executor: 'ramping-rate',
      ...(first.from > 0 ? { rate: first.from } : {}),
      stages,
    })
    if (others.length > 0) notes.push('config.phases: one run of several stages; "each" makes a run of each instead')
  }
}

const LEGACY = ['min', 'max', 'median', 'p95', 'p99', 'maxErrorRate']

function readEnsure(ensure: unknown, draft: Draft): void {
  if (!isRecord(ensure)) return
  const { thresholds, conditions, ...legacy } = ensure
  for (const one of Array.isArray(thresholds) ? thresholds : [])
    for (const [metric, limit] of Object.entries(isRecord(one) ? one : {}))
      addThreshold(draft, metric, '<', String(limit))
  for (const one of Array.isArray(conditions) ? conditions : []) {
    const { expression, strict } = one as { expression?: string; strict?: boolean }
    const parts = String(expression).split(/\s+and\s+/i)
    const read = parts.map((part) => /^\s*\(?\s*([\w.]+)\s*(<=|>=|<|>|==)\s*([\d.]+)\s*\)?\s*$/.exec(part))
    if (read.some((part) => part === null))
      draft.notes.push(`ensure "${String(expression)}": write it as thresholds; "or" and arithmetic are not here`)
    else if (strict === false)
      draft.notes.push(
        `ensure "${String(expression)}": strict is false; put it into a test of its own with onInvalid and without gating`,
      )
    else
      for (const [, metric, operator, limit] of read as RegExpExecArray[])
        addThreshold(draft, metric!, operator!, limit!)
  }
  for (const [name, limit] of Object.entries(legacy))
    if (LEGACY.includes(name)) addThreshold(draft, name, name === 'maxErrorRate' ? '<=' : '<', String(limit))
    else draft.notes.push(`ensure.${name} ${String(limit)}: not known to this importer`)
}

function addThreshold(draft: Draft, metric: string, operator: string, limit: string): void {
  const figure = figureOf(metric)
  if (figure === undefined) {
    draft.notes.push(`ensure ${metric} ${operator} ${limit}: thresholds here are on the figures of docs/metrics.md`)
    return
  }
  const [key, unit] = figure
  const condition = `${operator} ${limit}${unit}`
  const before = draft.thresholds[key]
  draft.thresholds[key] = before === undefined ? condition : [before, condition].flat()
}

const SCALARS: Record<string, string> = {
  'http.request_rate': 'qps',
  'http.requests': 'totalRequests',
  'http.responses': 'succeededRequests',
  'http.codes.200': 'succeededRequests',
  'vusers.created': 'totalRequests',
  'vusers.completed': 'succeededRequests',
  'vusers.failed': 'failedRequests',
}

function figureOf(metric: string): [key: string, unit: string] | undefined {
  const plain = metric.replace(/^(engine|core)\./, '').replace(/\.total$/, '')
  if (plain === 'maxErrorRate') return ['errorRate', ' %']
  if (SCALARS[plain] !== undefined) return [SCALARS[plain], '']
  const [, aggregate] =
    /^(?:http\.response_time\.|vusers\.session_length\.)?(p\d+|median|mean|min|max)$/.exec(plain) ?? []
  if (aggregate === undefined) return undefined
  if (aggregate === 'median') return ['p50(latency)', ' ms']
  if (aggregate === 'mean') return ['avg(latency)', ' ms']
  // p999 is the 99.9th percentile.
  const word = /^p\d{3,}$/.test(aggregate) ? `${aggregate.slice(0, 3)}.${aggregate.slice(3)}` : aggregate
  return [`${word}(latency)`, ' ms']
}

function readFlow(tree: Tree, draft: Draft): void {
  const { config, notes } = draft
  const target = tree.take('config.target')
  const name = tree.take('scenarios[0].name')
  if (typeof name === 'string') draft.name = name
  const flow = tree.take('scenarios[0].flow')
  const steps = (Array.isArray(flow) ? flow : []).flatMap((step) => (isRecord(step) ? Object.entries(step) : []))
  const post = steps.find(([verb]) => verb === 'post')?.[1]
  for (const [verb, about] of steps)
    if (about !== post)
      notes.push(
        `scenarios[0].flow ${verb} ${JSON.stringify(about).slice(0, 60)}: ${verb === 'think' ? 'see thinkTime of multiTurn' : 'not read; one post is'}`,
      )
  const { url = '', json, headers, ...rest } = isRecord(post) ? post : {}
  if (target !== undefined) {
    const base = String(variable(target)).replace(/\/$/, '')
    config['url'] = /^https?:|^\$/.test(String(url)) ? variable(url) : base + String(variable(url))
  }
  for (const [header, value] of Object.entries(isRecord(headers) ? headers : {}))
    addHeader(draft, header, variable(value))
  for (const key of Object.keys(rest))
    notes.push(
      `scenarios[0].flow post.${key}: ${key === 'expect' ? 'every answer is checked to be one; see successRate' : 'not read'}`,
    )
  if (isRecord(json)) readBody(json, draft)
}

const BODY: Record<string, string> = {
  model: 'model',
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  temperature: 'temperature',
  top_p: 'topP',
  stream: 'stream',
}

function readBody(json: Record<string, unknown>, draft: Draft): void {
  const { messages, prompt, ...rest } = json
  draft.config['stream'] = false
  for (const [field, value] of Object.entries(rest)) {
    const option = BODY[field]
    if (option === undefined) addBody(draft, { [field]: variable(value) })
    else draft.config[option] = variable(value)
  }
  const only =
    Array.isArray(messages) && messages.length === 1 ? (messages[0] as { content?: unknown }).content : prompt
  if (typeof only === 'string' && !only.includes('{{')) draft.config['prompt'] = only.replaceAll('${', '$${')
  else if (messages !== undefined || prompt !== undefined)
    draft.notes.push(
      `scenarios[0].flow post.json: its prompt holds variables or several messages; write prompts into a file and use dataset line_by_line with datasetPath`,
    )
}

/** `{{ $env.NAME }}` and `{{ $processEnvironment.NAME }}` are variables of the environment in scenario files too. */
function variable(value: unknown): unknown {
  return typeof value === 'string'
    ? value.replace(/\{\{\s*\$(?:env|environment|processEnvironment)\.(\w+)\s*\}\}/g, '$${$1}')
    : value
}
