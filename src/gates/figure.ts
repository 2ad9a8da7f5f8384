/** Reads the key of a threshold: which figure of the run it is about. */

import { nearest, suggestion } from '../config/index.ts'
import {
  COUNT_METRICS,
  DISTRIBUTION_NAMES,
  type DistributionName,
  RATIO_METRICS,
  SCALAR_NAMES,
  type ScalarName,
  SPEED_METRICS,
} from '../metrics/index.ts'
import { FAILURE_CAUSES, type FailureCause } from '../samples/index.ts'
import type { Fail } from './fail.ts'
import type { AggregateName, ScalarAlias } from './keys.ts'
import type { Quantity } from './quantity.ts'

/** One number of a run. `name` is its one spelling, whichever alias was written. */
export type Figure =
  | { kind: 'percentile'; name: string; metric: DistributionName; p: number }
  | { kind: 'avg' | 'min' | 'max' | 'stddev' | 'count'; name: string; metric: DistributionName }
  | { kind: 'scalar'; name: ScalarName }
  | { kind: 'errors'; name: string; cause: FailureCause }

const AGGREGATES: Record<AggregateName, 'avg' | 'min' | 'max' | 'stddev' | 'count' | 'med'> = {
  avg: 'avg',
  mean: 'avg',
  min: 'min',
  max: 'max',
  stddev: 'stddev',
  med: 'med',
  count: 'count',
}

const SCALAR_ALIASES: Record<ScalarAlias, ScalarName> = {
  rps: 'qps',
  tps: 'outputTokensPerSecond',
  tokensPerSecond: 'outputTokensPerSecond',
}

const SNAKE_METRICS = new Map(DISTRIBUTION_NAMES.map((name) => [snakeCase(name), name]))

/** @throws what `fail` makes, when no figure has this name */
export function parseKey(key: string, fail: Fail): Figure {
  const name = key.trim()
  const call = /^([^()]*?)\s*\(\s*([^()]*?)\s*\)$/.exec(name)
  if (call !== null) return figureOfCall(call[1]!, call[2]!, fail)
  const scalar = scalarNamed(name)
  if (scalar !== undefined) return { kind: 'scalar', name: scalar }
  const [, aggregate, metric] = /^(p\d[\d.]*|[a-z]+)_(\w+)$/.exec(name) ?? []
  const known = metric === undefined ? undefined : (SNAKE_METRICS.get(metric) ?? distributionNamed(metric))
  if (aggregate !== undefined && known !== undefined) return aggregateOf(aggregate, known, fail)
  throw fail(unknownKey(name))
}

export function parseMetric(name: string, fail: Fail): DistributionName {
  const metric = distributionNamed(name) ?? SNAKE_METRICS.get(name)
  if (metric !== undefined) return metric
  if (scalarNamed(name) !== undefined) throw fail(`${name} is one number for the whole run; write it alone: "${name}"`)
  throw fail(`unknown metric "${name}"${suggestion(name, DISTRIBUTION_NAMES)}`)
}

/** What the figure is counted in. */
export function quantityOf(figure: Figure): Quantity {
  if (figure.kind === 'errors' || figure.kind === 'count') return 'count'
  return figure.kind === 'scalar' ? SCALAR_QUANTITIES[figure.name] : metricQuantity(figure.metric)
}

export function metricQuantity(metric: DistributionName): Quantity {
  if ((SPEED_METRICS as readonly string[]).includes(metric)) return 'tokenRate'
  if (metric === 'packages' || metric === 'items' || metric === 'conversationTurns') return 'count'
  return ([...COUNT_METRICS, ...RATIO_METRICS] as readonly string[]).includes(metric) ? 'tokens' : 'time'
}

const SCALAR_QUANTITIES: Record<ScalarName, Quantity> = {
  qps: 'rate',
  goodput: 'rate',
  goodShare: 'share',
  outputTokensPerSecond: 'tokenRate',
  totalTokensPerSecond: 'tokenRate',
  inputTokensPerSecond: 'tokenRate',
  itemsPerSecond: 'rate',
  steadyQps: 'rate',
  steadyOutputTokensPerSecond: 'tokenRate',
  successRate: 'share',
  errorRate: 'share',
  cacheHitShare: 'share',
  totalRequests: 'count',
  succeededRequests: 'count',
  failedRequests: 'count',
  timeTaken: 'duration',
  completedConversations: 'count',
  abandonedConversations: 'count',
}

function figureOfCall(word: string, argument: string, fail: Fail): Figure {
  if (word !== 'errors') return aggregateOf(word, parseMetric(argument, fail), fail)
  const cause = FAILURE_CAUSES.find((known) => known === argument)
  if (cause === undefined) throw fail(`unknown failure cause "${argument}"${suggestion(argument, FAILURE_CAUSES)}`)
  return { kind: 'errors', name: `errors(${cause})`, cause }
}

function aggregateOf(word: string, metric: DistributionName, fail: Fail): Figure {
  if (/^p\d/.test(word)) return percentile(Number(word.slice(1)), word, metric, fail)
  if (!Object.hasOwn(AGGREGATES, word))
    throw fail(
      `unknown aggregate "${word}"${suggestion(word, ['p50', 'p90', 'p95', 'p99', ...Object.keys(AGGREGATES), 'errors'])}`,
    )
  const kind = AGGREGATES[word as AggregateName]
  return kind === 'med' ? percentile(50, 'p50', metric, fail) : { kind, name: `${kind}(${metric})`, metric }
}

function percentile(p: number, word: string, metric: DistributionName, fail: Fail): Figure {
  if (!(p >= 0 && p <= 100))
    throw fail(`"${word}" is no percentile; they go from p0 to p100, with decimals as in p99.9`)
  return { kind: 'percentile', name: `p${p}(${metric})`, metric, p }
}

function unknownKey(name: string): string {
  const metric = distributionNamed(name)
  if (metric !== undefined)
    return `${name} has one value for each request; say which figure of them, for instance "p99(${name})" or "avg(${name})"`
  if (name === 'errors') return 'errors of which cause? write for instance "errors(reset)", or "failedRequests" for all'
  if (name === '') return 'nothing to compare; begin with a figure, for instance "p99(latency) <= 1.5 s"'
  const near = nearest(name, [...SCALAR_NAMES, ...Object.keys(SCALAR_ALIASES), ...calls(name)])
  if (near !== undefined) return `unknown figure "${name}", did you mean "${near}"?`
  return `unknown figure "${name}"; known: p50 to p99.9, ${Object.keys(AGGREGATES).join(', ')} of a metric, as in p99(latency); errors(cause); ${SCALAR_NAMES.join(', ')}`
}

/** What a mistyped call could have meant, with its own percentile. */
function calls(name: string): string[] {
  const words = [/p\d+(?:\.\d+)?/i.exec(name)?.[0].toLowerCase() ?? 'p99', ...Object.keys(AGGREGATES)]
  return DISTRIBUTION_NAMES.flatMap((metric) => words.map((word) => `${word}(${metric})`))
}

function scalarNamed(name: string): ScalarName | undefined {
  return (
    SCALAR_NAMES.find((known) => known === name) ??
    (Object.hasOwn(SCALAR_ALIASES, name) ? SCALAR_ALIASES[name as ScalarAlias] : undefined)
  )
}

function distributionNamed(name: string): DistributionName | undefined {
  return DISTRIBUTION_NAMES.find((known) => known === name)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
