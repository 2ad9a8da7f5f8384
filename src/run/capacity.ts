/** Searches for the most load an endpoint carries within a service level: one pool and one endpoint for all steps. */
import { ConfigError, currentDate, type ResolvedConfig, rejectUnsupported } from '../config/index.ts'
import {
  bestLevel,
  type Criterion,
  type Found,
  highestHolding,
  judgeCapacity,
  meets,
  nextForLimit,
  nextForOptimum,
  optimumValue,
  type ParsedCapacityGate,
  parseCapacityGate,
  parseCriteria,
  parseObjectives,
  QUANTITIES,
  requireCounted,
  type SearchRange,
  valuesOf,
  verdictOfGates,
} from '../gates/index.ts'
import { environment, reservePath, writeWholeFile } from '../records/index.ts'
import { type CapacityCriterion, type CapacityResult, SCHEMA_VERSION, type Verdict } from '../result/index.ts'
import { type Outcome, runPlan } from './benchmark.ts'
import { inSteps, type Step, stepResult } from './capacitySteps.ts'
import { ADJUSTED } from './firstContact.ts'
import type { RunHooks } from './hooks.ts'
import { levelAt } from './levelAt.ts'
import type { LevelOutcome } from './levelRun.ts'
import { limitReached } from './limits.ts'
import type { LoadPlan } from './plan.ts'
import type { Protocol } from './protocol.ts'
import { redactConfig } from './redact.ts'

/** More is not made ready ahead: a search may go up to 65,536, and seldom does. */
const READY_LEVEL = 4096
/** Values this close, as a share, are as good as the best. */
const NEAR = 0.02
const EMBEDDED_NOTE =
  'Measured against the embedded server, whose timing is a model: this capacity says nothing about a real endpoint.'

/** The outcome of a search: the results of its steps, and what they come to. */
export interface CapacityOutcome extends Outcome {
  capacity: CapacityResult
}

/** What is searched for, checked. */
export interface CapacitySearch {
  criteria: readonly Criterion[]
  gate: readonly ParsedCapacityGate[]
  range: SearchRange
}

/**
 * Reads the search that a scenario asks for. Without `slaParams` its thresholds are the one criterion.
 *
 * @throws ConfigError when a criterion, the gate or the bounds are wrong
 */
export function readSearch(config: ResolvedConfig): CapacitySearch {
  const { slaLowerBound: lower, slaUpperBound: upper, slaVariable: variable, thresholds } = config
  if (lower > upper)
    throw new ConfigError(`option "slaLowerBound": ${lower} is above slaUpperBound, ${upper}`, 'slaLowerBound')
  rejectUnsupported('search', config)
  const hasThresholds = Object.keys(thresholds).length > 0
  if (config.slaParams !== undefined && hasThresholds)
    throw new ConfigError(
      'option "thresholds": slaParams say what must hold in a search; give one of the two',
      'thresholds',
    )
  const criteria = parseCriteria(config.slaParams ?? (hasThresholds ? joined(thresholds) : undefined))
  const objectives = parseObjectives(config.objectives)
  for (const criterion of criteria)
    if (criterion.kind === 'limit') requireCounted(criterion.conditions, { ...config, objectives })
  const given = [config[variable]].flat()[0]!
  const start = Math.min(upper, Math.max(lower, Math.floor(given)))
  return { criteria, gate: parseCapacityGate(config.slaGate, variable), range: { start, lower, upper } }
}

/** @throws as `runPerfBenchmark` does */
export async function runCapacity(scenario: Protocol, hooks: RunHooks): Promise<CapacityOutcome> {
  const { config } = scenario
  const search = readSearch(config)
  const startedAt = currentDate()
  // The steps are judged by the criteria, each by itself by nothing.
  const stepConfig: ResolvedConfig = { ...config, thresholds: {}, minSuccessRate: undefined }
  const plan = planOf(search, stepConfig, hooks)
  let seen: readonly LevelOutcome[] = []
  const next: LoadPlan['next'] = (outcomes) => {
    seen = outcomes
    return plan.next(outcomes)
  }
  const outcome = await runPlan({ ...scenario, config: stepConfig }, { ...plan, next }, hooks)
  const capacity = conclude(search, config, inSteps(seen, config, search.criteria), hooks, { startedAt, outcome })
  const jsonPaths = [...outcome.jsonPaths, ...written(capacity, config, hooks, startedAt)]
  return { ...outcome, verdict: capacity.verdict, jsonPaths, capacity }
}

function planOf({ criteria, range }: CapacitySearch, config: ResolvedConfig, hooks: RunHooks): LoadPlan {
  const at = (value: number, run: number, sentBefore: number): ReturnType<typeof levelAt> =>
    levelAt(config, {
      variable: config.slaVariable,
      value,
      number: Math.max(1, Math.round(value * config.slaNumberMultiplier)),
      parallel: config.slaFixedParallel ?? config.slaUpperBound,
      label: `${config.slaVariable}_${value}${config.slaNumRuns > 1 ? `_run_${run}` : ''}`,
      sentBefore,
    })
  const largest = at(Math.min(range.upper, Math.max(READY_LEVEL, range.start)), 1, 0)
  // In a search of the rate the cap on requests in flight is far above what will be in flight.
  const level = { ...largest.level, parallel: Math.min(largest.level.parallel, READY_LEVEL) }
  return {
    extent: [{ ...largest, level }],
    count: 1,
    next(outcomes) {
      const steps = inSteps(outcomes, config, criteria)
      const last = steps.at(-1)
      if (last !== undefined && unfinishedBy(last, hooks) !== undefined) return undefined
      const sent = outcomes.reduce((sum, { metrics }) => sum + metrics.total, 0)
      if (last !== undefined && !last.complete) return at(last.level, last.runs.length + 1, sent)
      const value = nextLevel(criteria, steps, range)
      return value === undefined ? undefined : at(value, 1, sent)
    },
  }
}

/** Criteria are searched one after another, each knowing all steps of those before it. */
function nextLevel(criteria: readonly Criterion[], steps: readonly Step[], range: SearchRange): number | undefined {
  for (const criterion of criteria) {
    const next =
      criterion.kind === 'limit'
        ? nextForLimit(verdicts(criterion, steps), range)
        : nextForOptimum(values(criterion, steps), range, criterion.mode)
    if (next !== undefined) return next
  }
  return undefined
}

function verdicts(criterion: Criterion, steps: readonly Step[]): Map<number, boolean> {
  return new Map(steps.map((step) => [step.level, meets(criterion, step)]))
}

function values(
  criterion: Extract<Criterion, { kind: 'optimum' }>,
  steps: readonly Step[],
): Map<number, number | null> {
  return new Map(steps.map((step) => [step.level, optimumValue(criterion, step)]))
}

/** Why nothing more can be learnt; undefined: the search goes on. */
function unfinishedBy(last: Step | undefined, hooks: RunHooks): string | undefined {
  const { signal, killSignal } = hooks
  if (signal?.aborted || killSignal?.aborted) return limitReached(hooks) ?? 'the search was interrupted'
  return last?.clientValid === false ? `the client was the bottleneck at ${last.level}` : undefined
}

function conclude(
  search: CapacitySearch,
  config: ResolvedConfig,
  steps: readonly Step[],
  hooks: RunHooks,
  { startedAt, outcome }: { startedAt: Date; outcome: Outcome },
): CapacityResult {
  const { criteria, gate, range } = search
  const unfinished = unfinishedBy(steps.at(-1), hooks)
  // A step that was cut short, or at which the client was at its limit, says nothing.
  const judged = unfinished === undefined ? steps : steps.slice(0, -1)
  const found = criteria.map((criterion): Found => {
    const isLimit = criterion.kind === 'limit'
    const level = isLimit
      ? highestHolding(verdicts(criterion, judged))
      : bestLevel(values(criterion, judged), criterion.mode)
    return { criterion: criterion.expression, level: level ?? null, atUpperBound: level === range.upper, unfinished }
  })
  const judgements = judgeCapacity(gate, found)
  const last = outcome.results.at(-1)!
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: 'capacity',
    name: hooks.label ?? config.name ?? config.model ?? 'search',
    startedAt: startedAt.toISOString(),
    endpoint: last.endpoint,
    variable: config.slaVariable,
    start: range.start,
    lowerBound: range.lower,
    upperBound: range.upper,
    runsPerLevel: config.slaNumRuns,
    steps: steps.map((step) => stepResult(step, criteria)),
    criteria: criteria.map((criterion, i) => criterionResult(criterion, found[i]!, judged, range)),
    unfinished: unfinished ?? null,
    gate: judgements,
    verdict: limitReached(hooks) === undefined ? verdictOf(judgements, found, steps.at(-1)) : 'fail',
    config: { ...redactConfig(config), ...generationOf(last.config) },
    environment: environment(),
    notes: last.endpoint.embedded ? [EMBEDDED_NOTE] : [],
  }
}

function criterionResult(
  criterion: Criterion,
  { level, atUpperBound, unfinished }: Found,
  steps: readonly Step[],
  { lower }: SearchRange,
): CapacityCriterion {
  const step = steps.find((candidate) => candidate.level === level)
  const units = criterion.kind === 'optimum' ? [criterion] : criterion.conditions
  const values = step === undefined ? [] : valuesOf(criterion, step)
  const note =
    unfinished ??
    (level === null
      ? criterion.kind === 'limit'
        ? `broken at the lower bound (${lower})`
        : 'no level without failed requests'
      : atUpperBound
        ? 'the upper bound was reached'
        : criterion.kind === 'optimum'
          ? bestNote(criterion, steps, level)
          : 'satisfied')
  return {
    expression: criterion.expression,
    kind: criterion.kind,
    maxSatisfied: level,
    atUpperBound,
    values: values.map(({ key, value }, i) => ({ key, value, unit: QUANTITIES[units[i]!.quantity].own })),
    note,
  }
}

/** A throughput that has levelled off has its largest value anywhere on the plateau: where that begins is said too. */
function bestNote(criterion: Extract<Criterion, { kind: 'optimum' }>, steps: readonly Step[], best: number): string {
  const tried = values(criterion, steps)
  const value = tried.get(best)!
  const near = [...tried].filter(([, other]) => other !== null && Math.abs(other - value) <= NEAR * value)
  const first = Math.min(...near.map(([level]) => level))
  return first < best
    ? `best of the levels tried; within ${NEAR * 100} % of it from ${first} on`
    : 'best of the levels tried'
}

/** Without a gate a search passes when it found something for every criterion. */
function verdictOf(gate: CapacityResult['gate'], found: readonly Found[], last: Step | undefined): Verdict {
  const isUnfinished = found.some(({ unfinished }) => unfinished !== undefined)
  const open = last?.clientValid === false ? 'invalid' : 'undecided'
  if (gate.length > 0) {
    const verdict = verdictOfGates(gate)
    return verdict === 'undecided' && isUnfinished ? open : verdict
  }
  if (isUnfinished) return open
  return found.some(({ level }) => level === null) ? 'fail' : 'pass'
}

function written(capacity: CapacityResult, config: ResolvedConfig, hooks: RunHooks, startedAt: Date): string[] {
  if (config.store === 'none') return []
  const path = reservePath({
    outputsDir: config.outputsDir,
    model: config.model ?? 'model',
    label: hooks.label ?? config.name,
    level: undefined,
    startedAt: config.noTimestamp ? undefined : startedAt,
    kind: 'capacity',
    ending: '.json',
  })
  writeWholeFile(`${path}.json`, `${JSON.stringify(capacity, null, 2)}\n`)
  return [`${path}.json`]
}

/** What the endpoint took of the scenario, where it differs: that is known only when it has answered. */
function generationOf(taken: Record<string, unknown>): Record<string, unknown> {
  const names = ['model', ...ADJUSTED].filter((name) => name in taken)
  return Object.fromEntries(names.map((name) => [name, taken[name]]))
}

/** The thresholds of a scenario as one criterion. */
function joined(thresholds: ResolvedConfig['thresholds']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([key, conditions]) => [key, [conditions].flat().join(' && ')]),
  )
}
