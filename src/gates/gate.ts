/** What a gate is, a value with its limit or its tolerance, and where gates are written. */
import { ConfigError } from '../config/index.ts'
import type { Objective, Quantity } from '../metrics/index.ts'
import type { Operator, Tolerance } from './condition.ts'
import type { Fail } from './quantity.ts'
import {
  type Capacity,
  parseCapacity,
  parseKey,
  parseRequestValue,
  type RequestValue,
  type Scope,
  type Statistic,
  type Subject,
  type Worse,
} from './statistic.ts'

/** What every gate has. */
interface Asked<S extends Subject> {
  /** For reports, for instance `p99(latency) <= 1.5 s`. */
  expression: string
  /** As written, for instance `p99(latency)` or `p99_latency`. */
  key: string
  statistic: S
  quantity: Quantity
  /** The value's own unit: `ms`, `s`, `share` (0 to 1), `/s`, `tok/s`, `tokens`, or `` for counts. */
  unit: string
}

/** A value with a limit. */
export interface LimitGate<S extends Subject = Subject> extends Asked<S> {
  against: 'limit'
  operator: Operator
  /** In `unit`. */
  limit: number
  /** As written, for instance `1.5 s`. */
  limitText: string
  /** The unit as written, in which the value is best shown beside its limit. */
  limitUnit: string
  /** The part of the run it is about; absent: all of it. */
  scope?: Scope
  /** The load stops when it is not met, this many milliseconds after its start at the earliest; absent: it goes on. */
  abortAfterMs?: number
}

/** A value with a tolerance against a reference: a stored result, or the other side of a comparison. */
export interface ToleranceGate extends Asked<Statistic> {
  against: 'reference'
  worse: Worse
  tolerance: Tolerance
  /** Added by perfgate: it can fail a comparison, but nobody waits for it to be decided. */
  isGuard: boolean
}

export type Gate = LimitGate | ToleranceGate
export type ParsedThreshold = LimitGate<Statistic>
export type ParsedObjective = LimitGate<RequestValue> & Objective
export type ParsedRegression = ToleranceGate
export type ParsedCapacityGate = LimitGate<Capacity>

/** Where gates are written: the option, and what may stand in it. */
export const KINDS = {
  threshold: { option: 'thresholds', example: 'p99(latency) <= 1.5 s', subject: parseKey },
  objective: { option: 'objectives', example: 'ttft <= 200 ms', subject: parseRequestValue },
  regression: { option: 'regressions', example: 'p99(latency) 5 %', subject: parseKey },
  /** EvalScope's limits of times are plain numbers of seconds. */
  criterion: { option: 'slaParams', example: 'p99_latency <= 2', subject: parseKey, bare: 's' },
  'capacity gate': { option: 'slaGate', example: 'maxParallel >= 32', subject: parseCapacity },
} as const satisfies Record<string, Kind>

export interface Kind {
  option: string
  /** Whole, as on the command line. */
  example: string
  subject: (text: string, fail: Fail) => Subject
  /** The unit of a time without one. */
  bare?: string
}

export type GateKind = keyof typeof KINDS
export type SubjectOf<K extends GateKind> = ReturnType<(typeof KINDS)[K]['subject']>

/** The kind of gate that an option holds; undefined for other options. */
export function gateKindOf(option: string): GateKind | undefined {
  return (Object.keys(KINDS) as GateKind[]).find((kind) => KINDS[kind].option === option)
}

/** The error about a gate, which names what the user wrote. @param written whole, for instance `p99(latncy) < 1s` */
export function failing(kind: GateKind, written: string): Fail {
  return (why) => new ConfigError(`${kind} "${written}": ${why}`, KINDS[kind].option)
}
