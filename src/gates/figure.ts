/** Reads the key of a threshold: which figure of the run it is about. */

import { nearest, suggestion } from '../config/index.ts'
import {
  type Better,
  DISTRIBUTION_NAMES,
  type DistributionName,
  factsOf,
  findMetric,
  isScalar,
  type Quantity,
  SCALAR_NAMES,
  type ScalarName,
} from '../metrics/index.ts'
import { FAILURE_CAUSES, type FailureCause } from '../samples/index.ts'
import type { Fail } from './fail.ts'
import type { AggregateName } from './keys.ts'
import type { Worse } from './tolerance.ts'

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

/** @throws what `fail` makes, when no figure has this name */
export function parseKey(key: string, fail: Fail): Figure {
  const name = key.trim()
  const call = /^([^()]*?)\s*\(\s*([^()]*?)\s*\)$/.exec(name)
  if (call !== null) return figureOfCall(call[1]!, call[2]!, fail)
  const scalar = scalarNamed(name)
  if (scalar !== undefined) return { kind: 'scalar', name: scalar }
  const [, aggregate, metric] = /^(p\d[\d.]*|[a-z]+)_(\w+)$/.exec(name) ?? []
  const known = metric === undefined ? undefined : distributionNamed(metric)
  if (aggregate !== undefined && known !== undefined) return aggregateOf(aggregate, known, fail)
  throw fail(unknownKey(name))
}

export function parseMetric(name: string, fail: Fail): DistributionName {
  const metric = distributionNamed(name)
  if (metric !== undefined) return metric
  if (scalarNamed(name) !== undefined) throw fail(`${name} is one number for the whole run; write it alone: "${name}"`)
  throw fail(`unknown metric "${name}"${suggestion(name, DISTRIBUTION_NAMES)}`)
}

/** What the figure is counted in. */
export function quantityOf(figure: Figure): Quantity {
  if (figure.kind === 'errors' || figure.kind === 'count') return 'count'
  return factsOf(figure.kind === 'scalar' ? figure.name : figure.metric).quantity
}

/** Which way the figure gets better. */
export function betterOf(figure: Figure): Better {
  if (figure.kind === 'errors') return 'lower'
  if (figure.kind === 'count') return 'neither'
  const { better } = factsOf(figure.kind === 'scalar' ? figure.name : figure.metric)
  // More scatter is worse, of speeds too.
  return figure.kind === 'stddev' && better !== 'neither' ? 'lower' : better
}

/** Whether it counts the requests that meet the objectives. */
export function countsGood(figure: Figure): boolean {
  return figure.kind === 'scalar' && factsOf(figure.name).amount === 'good'
}

/** Undefined for what has no better and worse, such as the number of tokens. */
export function worseDirection(figure: Figure): Worse | undefined {
  const better = betterOf(figure)
  return better === 'neither' ? undefined : better === 'lower' ? 'higher' : 'lower'
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
  const near = nearest(name, [...SCALAR_WORDS, ...calls(name)])
  if (near !== undefined) return `unknown figure "${name}", did you mean "${near}"?`
  return `unknown figure "${name}"; known: p50 to p99.9, ${Object.keys(AGGREGATES).join(', ')} of a metric, as in p99(latency); errors(cause); ${SCALAR_NAMES.join(', ')}`
}

/** What a mistyped call could have meant, with its own percentile. */
function calls(name: string): string[] {
  const words = [/p\d+(?:\.\d+)?/i.exec(name)?.[0].toLowerCase() ?? 'p99', ...Object.keys(AGGREGATES)]
  return DISTRIBUTION_NAMES.flatMap((metric) => words.map((word) => `${word}(${metric})`))
}

const SCALAR_WORDS = SCALAR_NAMES.flatMap((name) => [name, ...factsOf(name).aliases])

function scalarNamed(word: string): ScalarName | undefined {
  const name = findMetric(word)
  return name !== undefined && isScalar(name) ? name : undefined
}

function distributionNamed(word: string): DistributionName | undefined {
  const name = findMetric(word)
  return name === undefined || isScalar(name) ? undefined : name
}
