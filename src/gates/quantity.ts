/** Quantities: the units a limit may be written in, and values as people read them. */
import type { ConfigError } from '../config/index.ts'
import type { Quantity } from '../metrics/index.ts'

/** Makes the error for what was written; the caller throws it. */
export type Fail = (why: string) => ConfigError

export interface Limit {
  /** In the quantity's own unit. */
  value: number
  /** The unit as written, or the quantity's usual one. */
  unit: string
  /** As it was written, with one space before the unit. */
  text: string
}

/** `number × times × 10^exponent` is the value in the quantity's own unit. */
interface Unit {
  exponent: number
  times: number
}

interface Facts {
  /** The own unit: that of measured values and of the result JSON. */
  own: string
  units: Record<string, Unit>
  /** The unit in which a value is shown when its limit was written without one. */
  shown: string
  /** Whether a number other than 0 may do without a unit; it is in the own unit then. */
  bare: boolean
  /** Completes "qps …" in an error. */
  advice: string
}

const ONE: Unit = { exponent: 0, times: 1 }
const MILLISECONDS: Record<string, Unit> = {
  us: unit(-3),
  µs: unit(-3),
  μs: unit(-3),
  ms: ONE,
  s: unit(3),
  min: unit(3, 60),
}
const SECONDS: Record<string, Unit> = {
  us: unit(-6),
  µs: unit(-6),
  μs: unit(-6),
  ms: unit(-3),
  s: ONE,
  min: unit(0, 60),
}

export const QUANTITIES: Record<Quantity, Facts> = {
  time: { own: 'ms', shown: 'ms', bare: false, units: MILLISECONDS, advice: 'is a time; write us, ms, s or min' },
  duration: { own: 's', shown: 's', bare: false, units: SECONDS, advice: 'is a time; write us, ms, s or min' },
  share: {
    own: 'share',
    shown: '%',
    bare: true,
    units: { '%': unit(-2) },
    advice: 'is a share; write "%", or a number from 0 to 1 with no unit',
  },
  rate: {
    own: '/s',
    shown: '/s',
    bare: true,
    units: { '/s': ONE },
    advice: 'is counted per second; write "/s" or no unit',
  },
  tokenRate: {
    own: 'tok/s',
    shown: 'tok/s',
    bare: true,
    units: { 'tok/s': ONE },
    advice: 'is counted in tokens per second; write "tok/s" or no unit',
  },
  tokens: {
    own: 'tokens',
    shown: 'tokens',
    bare: true,
    units: { tokens: ONE, tok: ONE },
    advice: 'is counted in tokens; write "tokens" or no unit',
  },
  energy: {
    own: 'J',
    shown: 'J',
    bare: true,
    units: { mJ: unit(-3), J: ONE, kJ: unit(3), Wh: unit(0, 3600), kWh: unit(3, 3600) },
    advice: 'is an energy; write mJ, J, kJ, Wh, kWh, or no unit for joules',
  },
  efficiency: {
    own: 'tok/J',
    shown: 'tok/J',
    bare: true,
    units: { 'tok/J': ONE },
    advice: 'is counted in tokens per joule; write "tok/J" or no unit',
  },
  // The currency is that of the run's prices; two of them are never compared.
  money: {
    own: '',
    shown: '',
    bare: true,
    units: { '': ONE },
    advice: 'is an amount of money in the currency of prices; write no unit',
  },
  count: { own: '', shown: '', bare: true, units: { '': ONE }, advice: 'is a count; write no unit' },
}

/** The quantity whose own unit this is; a count where there is none. */
export function quantityOfUnit(own: string): Quantity {
  return (Object.keys(QUANTITIES) as Quantity[]).find((quantity) => QUANTITIES[quantity].own === own) ?? 'count'
}

function unit(exponent: number, times = 1): Unit {
  return { exponent, times }
}

/**
 * Reads `1.5 s` as a limit for a value of the given quantity.
 *
 * @param subject the metric's name, for errors
 * @param bare the unit of a number without one; absent: as QUANTITIES says
 * @throws what `fail` makes, when the number or its unit is wrong
 */
export function parseLimit(text: string, quantity: Quantity, subject: string, fail: Fail, bare?: string): Limit {
  const written = text.trim()
  const facts = QUANTITIES[quantity]
  const [, number, unitWritten] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i.exec(written) ?? []
  if (/^[+-]?[\d.]+[,_'’\s]\s*\d/.test(written))
    throw fail(`"${written}": digits are not grouped and decimals take a point; write for instance 1200 or 1.5`)
  if (number === undefined || unitWritten === undefined)
    throw fail(written === '' ? 'a number is missing after the operator' : `"${written}" is not a number`)
  const unitText = unitWritten || (bare !== undefined && Object.hasOwn(facts.units, bare) ? bare : '')
  if (unitText === '' && !facts.bare && Number(number) !== 0)
    throw fail(`${subject} is a time; add a unit (us, ms, s or min), for instance "${number} ms"`)
  const scale = unitText === '' ? ONE : Object.hasOwn(facts.units, unitText) ? facts.units[unitText] : undefined
  if (scale === undefined) throw fail(`${subject} ${facts.advice}`)
  const value = scaled(number, scale)
  if (!Number.isFinite(value)) throw fail(`"${number}" is too large a number`)
  if (value < 0) throw fail(`${subject} is never negative`)
  if (quantity === 'share' && value > 1)
    throw fail(
      `${subject} is a share, at most 100 %${unitText === '' && value <= 100 ? `; write "${number} %" for ${number} per cent` : ''}`,
    )
  return { value, unit: unitText || facts.shown, text: unitText === '' ? number : `${number} ${unitText}` }
}

/** A value of the quantity's own unit in another of its units. */
export function inUnit(value: number, quantity: Quantity, unitName: string): number {
  const { exponent, times } = QUANTITIES[quantity].units[unitName] ?? ONE
  // Either way by a whole power of ten, which is exact: 99.9 % is shown as 99.9 again.
  return (exponent < 0 ? value * 10 ** -exponent : value / 10 ** exponent) / times
}

/** The decimal exponent is moved in the text, so that 1.005 s is 1005 ms and not 1004.9999999999999. */
function scaled(number: string, { exponent, times }: Unit): number {
  const [digits, power = '0'] = number.toLowerCase().split('e')
  return Number(`${digits}e${Number(power) + exponent}`) * times
}

const DIGITS = 3
/** A rounding error may be this share of the distance to the limit. */
const ERROR_SHARE = 0.1
/** More than a double holds. */
const MAX_DIGITS = 17

/**
 * The unit in which a value reads best: that of its limit, as long as it makes neither long nor tiny numbers.
 *
 * @param value in the quantity's own unit
 * @param limitUnit the unit its limit was written in
 */
export function readableUnit(value: number, quantity: Quantity, limitUnit?: string): string {
  const { own, shown } = QUANTITIES[quantity]
  if (quantity !== 'time' && quantity !== 'duration') return limitUnit ?? shown
  if (limitUnit !== undefined) {
    const size = Math.abs(inUnit(value, quantity, limitUnit))
    if (size >= 0.1 && size < 10_000) return limitUnit
  }
  const milliseconds = own === 'ms' ? value : value * 1000
  if (milliseconds === 0) return limitUnit ?? shown
  return milliseconds >= 1000 ? 's' : milliseconds < 0.1 ? 'us' : 'ms'
}

/**
 * A value in the given unit, without the unit: `1.52`, `1,520`, `99.87`.
 *
 * @param value in the quantity's own unit
 * @param apart values in the own unit, such as limits, that the text must be told apart from: it lies on the same side
 *   of them as the value itself, about as far away
 */
export function formatNumber(
  value: number,
  quantity: Quantity,
  unitName: string,
  apart: readonly number[] = [],
): string {
  const shown = inUnit(value, quantity, unitName)
  // A share of nearly all is not all.
  const sides = quantity === 'share' ? [...apart, 0, 1] : apart
  for (let digits = DIGITS; digits <= MAX_DIGITS; digits++) {
    const text = significant(shown, digits)
    const rounded = Number(text)
    const clear = sides.every((side) => {
      const other = inUnit(side, quantity, unitName)
      return (
        Math.sign(rounded - other) === Math.sign(value - side) &&
        Math.abs(rounded - shown) <= Math.abs(shown - other) * ERROR_SHARE
      )
    })
    if (clear) return grouped(text)
  }
  return grouped(String(shown))
}

/** `1.52 s`, `99.87 %`, `4 /s`, `3`. */
export function withUnit(number: string, unitName: string): string {
  return unitName === '' ? number : `${number} ${unitName}`
}

/** `1,200` */
export function formatCount(count: number): string {
  return grouped(String(count))
}

/** `95 %` */
export function formatConfidence(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(12))} %`
}

/** At least so many significant digits, all whole ones, and no zeros at the end. */
function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const decimals = Math.min(100, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))))
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function grouped(text: string): string {
  const [whole = '', decimals] = text.split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? groups : `${groups}.${decimals}`
}
