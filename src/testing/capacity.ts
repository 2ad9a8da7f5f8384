/** The load of a `perfTest.capacity`: a search for the most that an endpoint carries within a service level. */
import type { Layer } from '../config/files/index.ts'
import { ConfigError, camelCase, resolveConfig } from '../config/index.ts'
import { type Condition, InvalidRunError, ThresholdError, type ThresholdKey, UndecidedError } from '../gates/index.ts'
import type { CapacityResult, ThresholdResult } from '../result/index.ts'
import { readSearch, runPerfBenchmark } from '../run/index.ts'
import { FIGURE_PREFIX, type Figure } from './figures.ts'
import type { Host } from './host.ts'
import { type CheckedScenario, checkScenario, namingTest, type Scenario } from './scenario.ts'
import { runInTurn, withOutputs } from './turn.ts'

/** What must hold together, for instance `{ 'p99(latency)': '<= 1.5 s' }`; or one figure and `max` or `min`. */
export type SlaCriterion = { readonly [Key in ThresholdKey]?: Condition | 'max' | 'min' }

export interface CapacityScenario extends Scenario {
  /** Searched one by one. Absent: the scenario's thresholds are the one criterion. */
  sla?: SlaCriterion | readonly SlaCriterion[]
  /** What the search must find, for every criterion. */
  gate?: { readonly maxParallel?: Condition; readonly maxRate?: Condition }
}

/** @throws ConfigError naming the test */
export function checkSearch(test: string, scenario: unknown, defaults?: Layer): CheckedScenario {
  const { sla, gate, ...rest } = (scenario ?? {}) as CapacityScenario
  const given = new Set(Object.keys(rest).map(camelCase))
  for (const [short, option] of [
    ['sla', 'slaParams'],
    ['gate', 'slaGate'],
  ] as const)
    if ((scenario as CapacityScenario | undefined)?.[short] !== undefined && given.has(option))
      throw new ConfigError(`perf test "${test}": "${short}" and "${option}" are the same; give one of the two`, option)
  const searchesRate = gate?.maxRate !== undefined && !given.has('slaVariable')
  const config = {
    ...rest,
    slaAutoTune: true,
    ...(sla === undefined ? {} : { slaParams: sla }),
    ...(gate === undefined ? {} : { slaGate: gate }),
    ...(searchesRate ? { slaVariable: 'rate' } : {}),
  }
  const checked = checkScenario(test, config, defaults)
  namingTest(test, () => readSearch(resolveConfig(checked.config)))
  return checked
}

/**
 * @throws InvalidRunError when the client was the bottleneck and `onInvalid` is `fail`
 * @throws ThresholdError when the gate is broken, or nothing was found
 * @throws UndecidedError when the search was not finished
 */
export async function runSearch(host: Host, scenario: CheckedScenario): Promise<CapacityResult> {
  const { config, timeoutMs } = scenario
  const { outcome } = await runInTurn(host, { name: config.name, timeoutMs }, (hooks) =>
    runPerfBenchmark(withOutputs(config, host), hooks),
  )
  const capacity = outcome.capacity!
  await host.record({ kind: 'capacity', result: capacity, figures: figures(capacity) })
  host.signal.throwIfAborted()
  host.assert?.((capacity.gate.length > 0 ? capacity.gate : capacity.criteria).length)
  judge(capacity, scenario, host)
  return capacity
}

function judge(capacity: CapacityResult, { onInvalid }: CheckedScenario, host: Host): void {
  const { verdict, unfinished, criteria, gate } = capacity
  if (verdict === 'pass') return
  if (verdict === 'invalid') {
    if (onInvalid === 'skip') host.skip(`invalid run: ${unfinished}`)
    throw new InvalidRunError([unfinished ?? 'the client was the bottleneck'])
  }
  const judged = gate.length > 0 ? gate : criteria.map((criterion) => nothingFound(criterion, unfinished !== null))
  throw verdict === 'fail' ? new ThresholdError(judged) : new UndecidedError(judged)
}

function nothingFound(
  { expression, maxSatisfied, note }: CapacityResult['criteria'][number],
  isUnfinished: boolean,
): ThresholdResult {
  const verdict = isUnfinished ? 'undecided' : maxSatisfied === null ? 'fail' : 'pass'
  return { expression, actual: maxSatisfied, limit: 1, unit: '', n: 1, verdict, message: `${expression}: ${note}` }
}

function figures({ variable, criteria, verdict }: CapacityResult): Figure[] {
  const most = variable === 'parallel' ? 'max_parallel' : 'max_rate'
  return [
    { name: `${FIGURE_PREFIX}verdict`, value: verdict },
    ...criteria.map(({ expression, maxSatisfied }) => ({
      name: `${FIGURE_PREFIX}${most} ${expression}`,
      value: maxSatisfied === null ? 'none' : String(maxSatisfied),
    })),
  ]
}
