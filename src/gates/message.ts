/** The one message builder: tells the verdict on any gate in one line that is the whole story. */
import type { Quantity } from '../metrics/index.ts'
import type { Interval } from '../stats/index.ts'
import type { Scale } from './condition.ts'
import type { Gate, LimitGate } from './gate.ts'
import { formatCount, formatNumber, readableUnit, withUnit } from './quantity.ts'

/** What was measured for a gate, ready to be judged. */
export interface Evidence {
  /** In the gate's unit; of a tolerance, how far the value has moved from its reference; null: nothing was measured. */
  value: number | null
  /** Undefined: the value alone decides, as it has no uncertainty, or none was asked for. */
  interval: Interval | undefined
  /** Samples behind the value; 0 where nothing was measured. */
  n: number
  /** Answers that have the metric, and that could, where too many lack it. */
  lack?: Lack | undefined
  /** A later look at the same run follows: answers that lack the metric may still be outnumbered. */
  isOpen?: boolean
  /** Why a failure is not one beyond doubt; absent: it is. */
  doubt?: string | undefined
  /** What the message says beside the verdict. */
  told: Told
}

export interface Lack {
  measured: number
  of: number
  /** The metric that they lack. */
  metric: string
  /** The side of a comparison, as in ` of the candidate`. */
  whose?: string
}

export interface Told {
  /** The value with its interval, in a readable unit. */
  shown: string
  /** Where nothing was measured, as in ` in baseline main`. */
  where?: string
  /** Facts in parentheses at the end, as in `n = 1,200` and `95 %`. */
  facts: readonly string[]
  /** What a decision would take, as one sentence; absent: the interval says it. */
  wanting?: string | undefined
}

/** @param met whether the value alone meets the gate */
export function messageOf(
  gate: Gate,
  evidence: Evidence,
  verdict: 'pass' | 'fail' | 'undecided',
  met: boolean,
): string {
  const { value, told, doubt } = evidence
  const facts = told.facts.length === 0 ? '' : ` (${told.facts.join(', ')})`
  if (value === null)
    return `${gate.expression}: nothing was measured${told.where ?? ''}, which is never a pass${facts}`
  const measured = `${gate.key} ${told.shown}`
  if (verdict !== 'undecided')
    return `${measured} ${relation(gate, value, met, verdict === 'fail' && evidence.interval === undefined)}${facts}`
  const reason = doubt ?? told.wanting
  return `${measured}: undecided against ${limitText(gate)}.${reason === undefined ? '' : ` ${reason}`} The value alone would ${met ? 'pass' : 'fail'}.${facts}`
}

/** What helps against a late client. */
export const AGAINST_LATENESS =
  'Keep other work off this machine, give it whole cores, raise workers, or send more requests.'

/** @param open what the client's error leaves open; `met`: whether the measured value meets the gate */
export function invalidMessage(
  gate: Gate,
  { told }: Evidence,
  {
    bounds: [low, high],
    shown,
    met,
  }: { bounds: readonly [number, number]; shown: readonly [string, string]; met: boolean },
): string {
  const { quantity, against } = gate
  const facts = told.facts.length === 0 ? '' : ` (${told.facts.join(', ')})`
  const by = against === 'limit' && quantity === 'time' ? ` by up to ${lengthText(high - low)}` : ''
  return `${gate.key} ${told.shown}: invalid against ${limitText(gate)}. The client was late${by}, so the value lies between ${shown[0]} and ${shown[1]}. ${AGAINST_LATENESS} The measured value alone would ${met ? 'pass' : 'fail'}.${facts}`
}

function lengthText(ms: number): string {
  const unit = readableUnit(ms, 'time')
  return withUnit(formatNumber(ms, 'time', unit), unit)
}

export function lackMessage(expression: string, { measured, of, metric, whose = '' }: Lack): string {
  return `${expression}: only ${formatCount(measured)} of ${formatCount(of)} answers${whose} that could have ${metric} have it; what was not measured does not pass`
}

/** `1.52 s [1.44, 1.61]`, never rounded onto the wrong side of the limit. @param value in the gate's own unit */
export function valueText({ quantity, limit, limitUnit }: LimitGate, value: number, interval?: Interval): string {
  const unitName = readableUnit(value, quantity, limitUnit)
  const number = (part: number): string => formatNumber(part, quantity, unitName, [limit])
  return `${withUnit(number(value), unitName)}${intervalText(interval, number, '0')}`
}

/** `+10.2 % [+8.1, +12.4]`; percentage points for shares, an amount for an absolute tolerance. */
export function changeText(
  value: number,
  interval: Interval | undefined,
  { scale, quantity }: { scale: Scale; quantity: Quantity },
): string {
  const isPercent = scale === 'relative' || quantity === 'share'
  const unit = scale === 'relative' ? '%' : quantity === 'share' ? 'points' : readableUnit(Math.abs(value), quantity)
  const number = (part: number): string => signed(isPercent ? percentText(part) : formatNumber(part, quantity, unit))
  const ends = (end: number | null, open: string): string => (end === null ? open : number(end))
  return `${withUnit(number(value), unit)}${interval === undefined ? '' : ` [${ends(interval.low, '-∞')}, ${ends(interval.high, '+∞')}]`}`
}

/** `1.19 s → 1.31 s`: what a change is one of, in one unit. @param whose completes the first, as in ` of baseline main` */
export function betweenText(before: number, after: number, quantity: Quantity, whose = ''): string {
  const unit = readableUnit(Math.max(before, after), quantity)
  const shown = (value: number): string => withUnit(formatNumber(value, quantity, unit), unit)
  return `${shown(before)}${whose} → ${shown(after)}`
}

/** ` [1.44, 1.61]`; empty where neither end is known. */
function intervalText(interval: Interval | undefined, number: (part: number) => string, least: string): string {
  if (interval === undefined || (interval.low === null && interval.high === null)) return ''
  const low = interval.low === null ? least : number(interval.low)
  return interval.high === null ? ` [${low}, ∞)` : ` [${low}, ${number(interval.high)}]`
}

function limitText(gate: Gate): string {
  if (gate.against === 'reference') return `the tolerance of ${gate.tolerance.text}`
  const { limitText: written, quantity, limit, limitUnit } = gate
  // A limit written without its unit is shown with it.
  return written.endsWith(limitUnit) ? written : withUnit(formatNumber(limit, quantity, limitUnit), limitUnit)
}

/** @param named whether the limit is called one, for a reader who sees no interval beside it */
function relation(gate: Gate, value: number, met: boolean, named: boolean): string {
  const limit = limitText(gate)
  if (gate.against === 'reference') {
    if (gate.isGuard && met) return `shows no more failures than ${limit}`
    return `is ${met ? 'within' : 'beyond'} ${limit}`
  }
  const { operator } = gate
  if (met) {
    if (operator === '==') return `equals ${limit}`
    if (operator === '>=') return `is at least ${limit}`
    return operator === '>' ? `is above ${limit}` : `is within ${limit}`
  }
  if (operator === '==') return `is not ${limit}`
  const against = named ? `the limit of ${limit}` : limit
  // On the limit itself, with "<" or ">".
  if (value === gate.limit) return operator === '<' ? `is not below ${against}` : `is not above ${against}`
  return value > gate.limit ? `is above ${against}` : `is below ${against}`
}

function percentText(share: number): string {
  const percent = share * 100
  if (percent === 0) return '0'
  return percent.toFixed(Math.abs(percent) < 1 ? 2 : Math.abs(percent) < 100 ? 1 : 0)
}

function signed(number: string): string {
  return Number(number.replaceAll(',', '')) > 0 ? `+${number}` : number
}
