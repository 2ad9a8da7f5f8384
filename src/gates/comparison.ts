/** Comparison of two endpoints measured in one run: what can be compared, and whether the candidate is worse than tolerated. */
import { ConfigError } from '../config/index.ts'
import { factsOf, type MetricsView, SCALAR_NAMES } from '../metrics/index.ts'
import type { ThresholdResult } from '../result/index.ts'
import { evaluate, type GateView, lackOf } from './evaluate.ts'
import { failing, type ParsedRegression } from './gate.ts'
import { betweenText, changeText, type Evidence, lackMessage } from './message.ts'
import { parseGate, parseRegressions } from './parse.ts'
import { formatCount } from './quantity.ts'
import {
  type BlockPair,
  type ChangeOfBlocks,
  type ComparedStatistic,
  changeOf,
  type Method,
  measured,
  SIDES,
  valueOfSide,
} from './shift.ts'
import { tellsFailures } from './statistic.ts'

/** A regression on what blocks can be compared by. */
export type ComparedGate = ParsedRegression & { statistic: ComparedStatistic }

/** Latencies are those of the requests that succeeded, so a candidate whose requests fail more often fails too. */
const GUARD = 'successRate 1 %'

const SCALARS = SCALAR_NAMES.filter((name) => factsOf(name).compare !== 'none')

/**
 * Reads the `regressions` of a comparison, and adds a guard of one percentage point of failures where none of them is
 * about failures.
 *
 * @throws ConfigError naming the regression as written, when its statistic or tolerance is wrong, or when there is none
 */
export function parseComparison(record: Readonly<Record<string, string | undefined>>): ComparedGate[] {
  const gates = parseRegressions(record)
  if (gates.length === 0)
    throw new ConfigError(
      'option "regressions": nothing to compare; say which metric may become how much worse, for instance { "p50(latency)": "5 %" }',
      'regressions',
    )
  const twice = gates.find(
    ({ statistic }, i) => gates.findIndex((other) => other.statistic.name === statistic.name) !== i,
  )
  if (twice !== undefined)
    throw failing('regression', twice.expression)(`${twice.statistic.name} has two tolerances; give one`)
  const compared = gates.map(requireCompared)
  if (gates.some(({ statistic }) => tellsFailures(statistic))) return compared
  return [...compared, { ...requireCompared(parseGate(GUARD, 'regression') as ParsedRegression), isGuard: true }]
}

function requireCompared(gate: ParsedRegression): ComparedGate {
  const { statistic, expression } = gate
  const fail = failing('regression', expression)
  if (statistic.kind === 'scalar') {
    if (SCALARS.includes(statistic.name)) return { ...gate, statistic }
    throw fail(
      `${statistic.name} cannot be compared; write one of ${SCALARS.join(', ')}, or a percentile as in p50(latency)`,
    )
  }
  if (statistic.kind !== 'percentile' && statistic.kind !== 'avg')
    throw fail(`${statistic.name} rests on single requests, so its change says little; compare a percentile or avg`)
  if (statistic.kind === 'percentile' && (statistic.p === 0 || statistic.p === 100))
    throw fail(`${statistic.name} is a single request; compare a percentile in between, such as p99`)
  if (factsOf(statistic.metric).compare === 'none')
    throw fail(`${statistic.metric} is not the server's time alone; compare latency or ttft`)
  return { ...gate, statistic: statistic.kind === 'percentile' ? statistic : { ...statistic, kind: 'avg' } }
}

export interface RegressionResult {
  /** For instance `p50(latency) 5 %`. */
  expression: string
  /** For instance `p50(latency)`. */
  figure: string
  /** The value of each side; null when nothing was measured. In `unit`. */
  baseline: number | null
  candidate: number | null
  /** The value's own unit: ms, /s, tok/s or share. */
  unit: string
  /** How far the candidate lies from the baseline: a share of the baseline where `relative`, otherwise in `unit`. */
  change: { estimate: number; low: number | null; high: number | null } | null
  relative: boolean
  /** On the same scale, at least 0. */
  tolerance: number
  /** As written, for instance `5 %`. */
  toleranceText: string
  worse: 'higher' | 'lower'
  method: Method | null
  /** Of the interval shown; higher than asked for where looks are repeated. */
  confidence: number
  /** Requests (for itl: gaps) behind the value, of the side that has fewer. */
  n: number
  blocks: number
  verdict: ThresholdResult['verdict']
  message: string
}

/**
 * Judges each regression by the interval of its change. One that only one half of the comparison shows is undecided.
 *
 * @param confidence of the intervals, above 0 and below 1
 */
export function judgeComparison(
  gates: readonly ComparedGate[],
  pairs: readonly BlockPair[],
  confidence: number,
): RegressionResult[] {
  const view = viewOfBlocks(pairs, confidence)
  return gates.map((gate) => {
    const { verdict, n, message, evidence } = evaluate(gate, view)
    const { baseline, candidate, change } = evidence
    return {
      expression: gate.expression,
      figure: gate.key,
      baseline,
      candidate,
      unit: gate.unit,
      change: change === undefined ? null : { estimate: change.estimate, low: change.low, high: change.high },
      relative: gate.tolerance.scale === 'relative',
      tolerance: gate.tolerance.value,
      toleranceText: gate.tolerance.text,
      worse: gate.worse,
      method: change?.method ?? null,
      confidence,
      n,
      blocks: pairs.length,
      verdict,
      message,
    }
  })
}

/** True when more blocks could still change a verdict. */
export function needsMore(gates: readonly ComparedGate[], results: readonly RegressionResult[]): boolean {
  if (results.some(({ verdict }) => verdict === 'fail')) return false
  return results.some(({ verdict }, i) => verdict === 'undecided' && !gates[i]!.isGuard)
}

/** Fails each regression that would pass although too many answers of a side lack its metric. */
export function withCoverage(
  judged: readonly RegressionResult[],
  gates: readonly ComparedGate[],
  sides: Readonly<Record<string, Pick<MetricsView, 'coverage'>>>,
): RegressionResult[] {
  return judged.map((result, i) => {
    if (result.verdict === 'fail') return result
    for (const [name, view] of Object.entries(sides)) {
      const lack = lackOf(gates[i]!.statistic, view)
      if (lack !== undefined)
        return {
          ...result,
          verdict: 'fail',
          message: lackMessage(result.expression, { ...lack, whose: ` of the ${name}` }),
        }
    }
    return result
  })
}

interface BlockEvidence extends Evidence {
  baseline: number | null
  candidate: number | null
  change: ChangeOfBlocks | undefined
}

function viewOfBlocks(pairs: readonly BlockPair[], confidence: number): GateView<ComparedGate, BlockEvidence> {
  return {
    read(gate) {
      const { statistic, tolerance, quantity } = gate
      const baseline = valueOfSide(statistic, pairs, 'baseline')
      const candidate = valueOfSide(statistic, pairs, 'candidate')
      const change =
        baseline === null || candidate === null ? undefined : changeOf(statistic, pairs, tolerance.scale, confidence)
      const n = samplesBehind(gate, pairs)
      const sides = { baseline, candidate, change, n }
      if (change === undefined) {
        const missing = baseline === null ? (candidate === null ? 'either side' : 'the baseline') : 'the candidate'
        return {
          ...sides,
          value: null,
          interval: undefined,
          told: { shown: '', where: ` of ${missing}`, facts: [] },
        }
      }
      return {
        ...sides,
        value: change.estimate,
        interval: change,
        doubt: isLasting(gate, change, pairs) ? undefined : 'It is beyond it in one half of the comparison only.',
        told: {
          shown: changeText(change.estimate, change, { scale: tolerance.scale, quantity }),
          facts: [
            betweenText(baseline!, candidate!, quantity),
            `n = ${formatCount(n)} a side in ${pairs.length} blocks`,
            percentOf(confidence),
          ],
          wanting: wantingText(gate, change, n, pairs.length, confidence),
        },
      }
    },
  }
}

/**
 * A disturbance may hit one side alone for seconds, for instance when its threads wait on the core that other work
 * uses. A real change is there all the time: one that is not beyond the tolerance in both halves of the comparison
 * fails nothing.
 */
function isLasting(
  { statistic, worse, tolerance }: ComparedGate,
  { method, low, high }: ChangeOfBlocks,
  pairs: readonly BlockPair[],
): boolean {
  const least = worse === 'higher' ? (low ?? Number.NEGATIVE_INFINITY) : -(high ?? Number.POSITIVE_INFINITY)
  // Requests that failed are no matter of scheduling: a candidate that dies half way has failed.
  if (method === 'share' || !(least > tolerance.value)) return true
  const middle = Math.floor(pairs.length / 2)
  return [pairs.slice(0, middle), pairs.slice(middle)].every((half) => {
    const change = changeOf(statistic, half, tolerance.scale, 0.5)
    const worsening = (change?.estimate ?? Number.POSITIVE_INFINITY) * (worse === 'higher' ? 1 : -1)
    return change === undefined || worsening > tolerance.value
  })
}

function samplesBehind({ statistic }: ComparedGate, pairs: readonly BlockPair[]): number {
  const counts = SIDES.map((side) =>
    pairs.reduce((sum, pair) => {
      if (statistic.kind !== 'scalar') return sum + measured(pair[side], statistic.metric).length
      return sum + pair[side].amounts.total
    }, 0),
  )
  return Math.min(...counts)
}

/** How many requests or blocks an end that is missing would take. */
function wantingText(
  { statistic }: ComparedGate,
  { low, high, method }: ChangeOfBlocks,
  n: number,
  blocks: number,
  confidence: number,
): string | undefined {
  if (low !== null && high !== null) return undefined
  // At least this many signs must agree before agreement is unlikely enough to be chance.
  const signs = Math.ceil(Math.log2(2 / (1 - confidence)))
  if (method === 'quantile' && statistic.kind === 'percentile') {
    const beyond = Math.min(statistic.p, 100 - statistic.p) / 100
    const needed = Math.ceil(signs / (2 * beyond))
    if (needed > n)
      return `Too few requests lie beyond p${statistic.p}: it needs about ${formatCount(needed)} a side; this run had ${formatCount(n)}.`
  }
  return blocks < signs
    ? `It needs at least ${signs} blocks; this run had ${blocks}.`
    : 'Too few blocks tell the sides apart; more requests would.'
}

/** `97.5 %`, `98.75 %`; four digits tell looks apart. */
function percentOf(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(4))} %`
}
