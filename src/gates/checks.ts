/** What is checked of gates before anything is sent: that the run will measure them, and can settle them. */
import { factsOf } from '../metrics/index.ts'
import { samplesNeeded } from '../stats/index.ts'
import { failing, type Gate, type GateKind, type ParsedThreshold } from './gate.ts'
import { formatConfidence, formatCount } from './quantity.ts'
import { countsGood } from './statistic.ts'

/** What some metrics are counted by, as a scenario has it. */
export interface Counted {
  objectives: readonly unknown[]
  prices?: unknown
  metricsUrl?: unknown
}

/**
 * Checks that gates on goodput have objectives to count by, and gates on money prices, and gates on energy
 * somebody who measures it.
 *
 * @throws ConfigError naming the first gate that has none
 */
export function requireCounted(
  gates: readonly Gate[],
  { objectives, prices, metricsUrl }: Counted,
  kind: GateKind = 'threshold',
): void {
  for (const { statistic, quantity, key, expression } of gates) {
    const fail = failing(kind, expression)
    if (countsGood(statistic) && objectives.length === 0)
      throw fail(
        `${key} counts the requests that meet the objectives; add objectives, for instance { "ttft": "<= 200 ms" }`,
      )
    if (quantity === 'money' && prices === undefined)
      throw fail(`${key} needs the prices of tokens; add prices, for instance { "input": 0.15, "output": 0.6 }`)
    if ((quantity === 'energy' || quantity === 'efficiency') && metricsUrl === undefined)
      throw fail(`${key} needs the metrics of the GPUs; add metricsUrl, the address of NVIDIA's or AMD's exporter`)
  }
}

/** What parts a run has. */
export interface Parts {
  /** Number of stages; 0 without them. */
  stages: number
  /** The levels' values; the same for all where only the other is swept. */
  parallels: readonly number[]
  rates: readonly number[]
}

/**
 * Checks that each threshold on a part of the run will be measured.
 *
 * @throws ConfigError naming the threshold, when the run has no such part
 */
export function requireParts(thresholds: readonly ParsedThreshold[], { stages, parallels, rates }: Parts): void {
  for (const { expression, scope } of thresholds) {
    if (scope === undefined) continue
    const fail = failing('threshold', expression)
    if (scope.by === 'stage') {
      if (stages === 0) throw fail('there are no stages; add the option "stages", or leave out "{stage:…}"')
      if (scope.value > stages) throw fail(`there is no stage ${scope.value}; the last one is ${stages}`)
      continue
    }
    const known = scope.by === 'parallel' ? parallels : rates
    if (!known.includes(scope.value))
      throw fail(`no level has ${scope.by} ${scope.value}; there is ${[...new Set(known)].join(', ')}`)
  }
}

/**
 * One sentence for each threshold on a percentile that the planned requests are too few to pass, however good the
 * server is.
 *
 * @param most requests that will be sent at most; Infinity: only time bounds them
 */
export function outOfReach(thresholds: readonly ParsedThreshold[], confidence: number, most: number): string[] {
  return thresholds.flatMap(({ expression, statistic, operator }) => {
    if (statistic.kind !== 'percentile' || factsOf(statistic.metric).of === 'gap') return []
    const q = statistic.p / 100
    // The end that must meet the limit for a pass lies above the percentile for "<", below it for ">".
    const side = operator.startsWith('<') ? q : operator.startsWith('>') ? 1 - q : undefined
    if (side === undefined || side <= 0 || side >= 1) return []
    const needed = samplesNeeded(Math.max(side, 0.5), confidence)
    if (needed <= most) return []
    return [
      `threshold "${expression}" can fail but not pass at ${formatConfidence(confidence)} with ${formatCount(most)} requests: it takes ${formatCount(needed)} or more; raise number or maxNumber`,
    ]
  })
}
