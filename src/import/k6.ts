/** k6: `options` of a script, read without running it, or as JSON. */
import { ConfigError } from '../config/index.ts'
import { secondsOf } from './durations.ts'
import { type Draft, type Importer, type ImportInput, type KeyRule, newDraft, noteOn, shortText } from './importer.ts'
import { Expression, exportedLiteral } from './jsLiteral.ts'
import { isRecord, treeOf } from './tree.ts'

const VUS = 'an open loop starts each request when it is due, with as many in flight as that takes'
const SCRIPT = 'requests are built from the dataset and the options, not by a script'
const NETWORK = 'connections are kept open, one for each request in flight'
const OUTPUT = 'npx perfgate export and report write other formats'

const RULES: readonly KeyRule[] = [
  { key: 'vus', to: 'parallel', example: 3 },
  { key: 'duration', to: 'duration', about: 'with executor constant-concurrency', example: '5s' },
  { key: 'iterations', to: 'number', about: 'an iteration counts as one request', example: 7 },
  { key: 'stages', to: 'stages', about: 'ramping-concurrency', example: [{ duration: '5s', target: 2 }] },
  { key: 'rps', to: 'rate', example: 3 },
  {
    key: 'thresholds',
    to: 'thresholds',
    about: 'see the table of metrics',
    example: { http_req_duration: ['p(95)<200'] },
  },
  { key: 'scenarios.*.executor', to: 'executor', about: 'one scenario here for each there', example: 'constant-vus' },
  { key: 'scenarios.*.vus', to: 'parallel', example: 3 },
  { key: 'scenarios.*.iterations', to: 'number', about: 'times vus for per-vu-iterations', example: 7 },
  { key: 'scenarios.*.duration', to: 'duration', example: '5s' },
  { key: 'scenarios.*.maxDuration', to: 'duration', example: '5s' },
  { key: 'scenarios.*.rate', to: 'rate', about: 'in an open loop, for each timeUnit', example: 3 },
  { key: 'scenarios.*.timeUnit', to: 'rate', example: '1m' },
  { key: 'scenarios.*.startRate', to: 'rate', example: 3 },
  { key: 'scenarios.*.stages', to: 'stages', example: [{ duration: '5s', target: 2 }] },
  { key: 'scenarios.*.gracefulStop', to: 'gracefulStop', example: '5s' },
  { key: 'scenarios.*.preAllocatedVUs', about: VUS, example: 3 },
  { key: 'scenarios.*.maxVUs', about: VUS, example: 3 },
  { key: 'scenarios.*.startVUs', about: 'a ramp of concurrency begins at parallel; set it', example: 3 },
  { key: 'scenarios.*.gracefulRampDown', about: 'requests in flight always finish', example: '5s' },
  { key: 'scenarios.*.startTime', about: 'scenarios run one after another', example: '5s' },
  { key: 'scenarios.*.exec', about: SCRIPT, example: 'chat' },
  { key: 'scenarios.*.env', about: 'write ${NAME} in the scenario file', example: { A: 'b' } },
  { key: 'scenarios.*.tags', about: 'put it into the name of the scenario', example: { a: 'b' } },
  { key: 'scenarios.*.options', about: 'browsers are not driven', example: { browser: {} } },
  { key: 'setupTimeout', about: SCRIPT, example: '5s' },
  { key: 'teardownTimeout', about: SCRIPT, example: '5s' },
  { key: 'minIterationDuration', about: SCRIPT, example: '5s' },
  { key: 'tags', about: 'put it into the name of the scenario', example: { a: 'b' } },
  { key: 'userAgent', to: 'headers', example: 'u' },
  { key: 'noConnectionReuse', about: NETWORK, example: true },
  { key: 'noVUConnectionReuse', about: NETWORK, example: true },
  { key: 'insecureSkipTLSVerify', about: 'set NODE_EXTRA_CA_CERTS to the certificate of the server', example: true },
  { key: 'batch', about: NETWORK, example: 5 },
  { key: 'batchPerHost', about: NETWORK, example: 5 },
  { key: 'hosts', about: 'put the address into url', example: { a: 'b' } },
  { key: 'dns', about: 'the resolver of the system is asked', example: { ttl: '1m' } },
  {
    key: 'discardResponseBodies',
    about: 'answers are read for their tokens; see store for what is kept',
    example: true,
  },
  { key: 'summaryTrendStats', about: 'results show every percentile', example: ['p(99)'] },
  { key: 'summaryTimeUnit', about: 'results show seconds or milliseconds, as fits', example: 'ms' },
  { key: 'systemTags', about: OUTPUT, example: ['url'] },
  { key: 'ext', about: OUTPUT, example: { loadimpact: { name: 'a' } } },
  { key: 'cloud', about: OUTPUT, example: { name: 'a' } },
  { key: 'noThresholds', about: 'leave thresholds out', example: true },
  { key: 'throw', about: 'failed requests are counted by their cause', example: true },
]

/** k6's metrics, as the figures they are here. */
export const K6_METRICS: readonly { key: string; to?: string; about?: string }[] = [
  { key: 'http_req_duration', to: 'latency', about: 'p(95), avg, min, max, med; milliseconds' },
  { key: 'iteration_duration', to: 'latency', about: 'where an iteration is one request' },
  { key: 'http_req_waiting', to: 'firstChunkLatency' },
  { key: 'http_req_connecting', to: 'connect' },
  { key: 'http_req_failed', to: 'errorRate', about: 'rate' },
  { key: 'http_reqs', to: 'qps, totalRequests', about: 'rate, count' },
  { key: 'iterations', to: 'qps, totalRequests', about: 'rate, count' },
  { key: 'checks', to: 'successRate', about: 'rate; every answer is checked to be one' },
  { key: 'dropped_iterations', about: 'a run that could not keep its schedule is invalid by itself' },
  { key: 'http_req_blocked', about: 'connections are opened before the run; see preconnect' },
  { key: 'http_req_tls_handshaking', about: 'part of connect' },
  { key: 'http_req_sending', about: 'part of latency' },
  { key: 'http_req_receiving', about: 'see p99(itl) and p99(tpot)' },
  { key: 'data_received', about: 'see outputTokensPerSecond' },
  { key: 'data_sent', about: 'see inputTokensPerSecond' },
]

export const k6: Importer = {
  name: 'k6',
  aliases: ['k6s'],
  title: 'k6',
  sources: [
    'https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/',
    'https://grafana.com/docs/k6/latest/using-k6/thresholds/',
    'https://grafana.com/docs/k6/latest/using-k6/scenarios/executors/',
  ],
  takes: 'file',
  keys: RULES,
  read(input) {
    const options = withoutExpressions(optionsOf(input))
    const { scenarios, ...rest } = options.value
    const common = newDraft()
    common.notes.push(...options.notes)
    if (isRecord(scenarios) && Object.keys(scenarios).length > 0)
      return Object.entries(scenarios).map(([name, one], i) => {
        const draft = newDraft(name)
        readScenario(isRecord(one) ? one : {}, name, draft)
        readOptions(rest, draft, { hasScenario: true })
        // Said once: notes on what stands beside the scenarios.
        draft.notes.push(...(i === 0 ? common.notes : []))
        return draft
      })
    readOptions(rest, common, { hasScenario: false })
    return [common]
  },
}

function optionsOf({ text, file }: ImportInput): Record<string, unknown> {
  const literal = exportedLiteral(text, 'options')
  if (literal !== undefined) return literal
  try {
    const value: unknown = JSON.parse(text)
    // As `k6 inspect` and `k6 archive` write them.
    if (isRecord(value)) return isRecord(value['options']) ? value['options'] : value
  } catch {}
  throw new ConfigError(
    `import k6: ${file ?? 'the text'} holds no "export const options = { … }" and is no JSON; "k6 inspect script.js" writes the options of any script as JSON`,
  )
}

/** Values that only running the script would tell, taken out and noted. */
function withoutExpressions(value: Record<string, unknown>): { value: Record<string, unknown>; notes: string[] } {
  const notes: string[] = []
  const visit = (part: unknown, path: string): unknown => {
    if (part instanceof Expression) {
      notes.push(`${path}: is an expression, ${shortText(part.text)}; write its value`)
      return undefined
    }
    if (Array.isArray(part))
      return part.map((item, i) => visit(item, `${path}[${i}]`)).filter((item) => item !== undefined)
    if (!isRecord(part)) return part
    return Object.fromEntries(
      Object.entries(part)
        .map(([key, item]) => [key, visit(item, path === '' ? key : `${path}.${key}`)] as const)
        .filter(([, item]) => item !== undefined),
    )
  }
  return { value: visit(value, '') as Record<string, unknown>, notes }
}

function readOptions(options: Record<string, unknown>, draft: Draft, { hasScenario }: { hasScenario: boolean }): void {
  const tree = treeOf(options)
  const { config } = draft
  const thresholds = tree.take('thresholds')
  for (const [metric, conditions] of Object.entries(isRecord(thresholds) ? thresholds : {}))
    for (const condition of [conditions].flat()) readThreshold(metric, condition, draft)
  const agent = tree.take('userAgent')
  if (agent !== undefined) config['headers'] = { 'user-agent': agent }
  const rps = tree.take('rps')
  if (rps !== undefined && rps !== 0) config['rate'] = rps
  const [vus, duration, iterations, stages] = ['vus', 'duration', 'iterations', 'stages'].map(tree.take)
  if (!hasScenario) {
    if (vus !== undefined) config['parallel'] = vus
    if (stages !== undefined) ramp(stages, 1, draft, 'ramping-concurrency')
    else if (iterations !== undefined) {
      config['number'] = iterations
      config['executor'] = 'shared-iterations'
      time(draft, 'duration', duration)
    } else if (duration !== undefined) {
      config['executor'] = 'constant-concurrency'
      time(draft, 'duration', duration)
    }
  }
  draft.notes.push(...tree.left().map(([path, value]) => noteOn(RULES, path, value)))
  draft.notes.push('the script: its requests are not read; set url, model and dataset')
}

function readScenario(scenario: Record<string, unknown>, name: string, draft: Draft): void {
  const tree = treeOf(scenario)
  const { config, notes } = draft
  const executor = String(tree.take('executor'))
  const unit = secondsOf(tree.take('timeUnit') ?? '1s', 0.001) ?? 1
  const per = (value: unknown): unknown => (typeof value === 'number' ? value / unit : value)
  time(draft, 'gracefulStop', tree.take('gracefulStop'))
  switch (executor) {
    case 'constant-vus':
      Object.assign(config, { executor: 'constant-concurrency', parallel: tree.take('vus') ?? 1 })
      time(draft, 'duration', tree.take('duration'))
      break
    case 'shared-iterations':
    case 'per-vu-iterations': {
      const [vus, iterations] = [tree.take('vus') ?? 1, tree.take('iterations') ?? 1]
      const isEach = executor === 'per-vu-iterations'
      Object.assign(config, {
        executor: 'shared-iterations',
        parallel: vus,
        number: isEach ? Number(vus) * Number(iterations) : iterations,
      })
      time(draft, 'duration', tree.take('maxDuration'))
      break
    }
    case 'ramping-vus':
      ramp(tree.take('stages'), 1, draft, 'ramping-concurrency')
      break
    case 'constant-arrival-rate':
      Object.assign(config, { executor, openLoop: true, rate: per(tree.take('rate') ?? 1) })
      time(draft, 'duration', tree.take('duration'))
      break
    case 'ramping-arrival-rate': {
      ramp(tree.take('stages'), unit, draft, 'ramping-rate')
      const start = per(tree.take('startRate'))
      config['openLoop'] = true
      if (typeof start === 'number' && start > 0) config['rate'] = start
      break
    }
    default:
      notes.push(`scenarios.${name}.executor ${executor}: not here; the executors are in npx perfgate --help`)
  }
  notes.push(
    ...tree
      .left()
      .map(([path, value]) => noteOn(RULES, `scenarios.*.${path}`, value).replace('scenarios.*', `scenarios.${name}`)),
  )
}

function time(draft: Draft, option: string, value: unknown): void {
  if (value === undefined) return
  const seconds = secondsOf(value, 0.001)
  if (seconds !== undefined) draft.config[option] = seconds
  else if (typeof value === 'string' && value.includes('${')) draft.config[option] = value
  else draft.notes.push(`${option} ${shortText(value)}: not read as a time; write seconds`)
}

function ramp(stages: unknown, unit: number, draft: Draft, executor: string): void {
  draft.config['executor'] = executor
  draft.config['stages'] = (Array.isArray(stages) ? stages : []).flatMap((stage: Record<string, unknown>, i) => {
    const duration = secondsOf(stage['duration'], 0.001)
    if (duration === undefined || duration === 0) {
      draft.notes.push(
        `stages[${i}] ${JSON.stringify(stage)}: a stage lasts longer than no time; write it as a steep ramp`,
      )
      return []
    }
    return [{ duration, target: Number(stage['target']) / unit }]
  })
}

const CONDITION =
  /^\s*(p\(([\d.]+)\)|avg|min|max|med|count|rate|value)\s*(<=|>=|<|>|===?|!=)\s*(-?[\d.]+(?:e-?\d+)?)\s*$/i

function readThreshold(metric: string, given: unknown, draft: Draft): void {
  const condition = isRecord(given) ? String(given['threshold']) : String(given)
  const note = (why: string): void => void draft.notes.push(`thresholds.${metric} ${condition}: ${why}`)
  const known = K6_METRICS.find(({ key }) => key === metric)
  if (known?.to === undefined)
    return note(
      metric.includes('{')
        ? 'of one tag; run those requests as a scenario of their own'
        : (known?.about ?? "a metric of the script's own; thresholds here are on the figures of docs/metrics.md"),
    )
  const [, aggregate = '', percentile, sign = '', limit = ''] = CONDITION.exec(condition) ?? []
  const operator = sign.startsWith('==') ? '==' : sign
  const key = figureOf(known.to, aggregate, percentile)
  if (key === undefined || sign === '!=') return note(aggregate === '' ? 'cannot be read' : 'has no counterpart here')
  const isTime = key.endsWith('(latency)') || key.endsWith('(firstChunkLatency)') || key.endsWith('(connect)')
  const text = `${operator} ${limit}${isTime ? ' ms' : ''}`
  const abort = isRecord(given) && given['abortOnFail'] === true
  const delay = isRecord(given) ? secondsOf(given['delayAbortEval'], 0.001) : undefined
  const written = abort
    ? {
        threshold: text,
        abortOnFail: true,
        ...(delay === undefined || delay === 0 ? {} : { delayAbortEval: `${delay} s` }),
      }
    : text
  const before = draft.thresholds[key]
  draft.thresholds[key] = before === undefined ? written : [before, written].flat()
}

function figureOf(to: string, aggregate: string, percentile: string | undefined): string | undefined {
  if (to === 'qps, totalRequests')
    return aggregate === 'rate' ? 'qps' : aggregate === 'count' ? 'totalRequests' : undefined
  if (to === 'errorRate' || to === 'successRate') return aggregate === 'rate' ? to : undefined
  if (percentile !== undefined) return `p${percentile}(${to})`
  return ['avg', 'min', 'max', 'med'].includes(aggregate) ? `${aggregate}(${to})` : undefined
}
