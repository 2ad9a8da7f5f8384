/** Figures as people read them: three significant digits, and never rounded onto the wrong side of a limit. */
import { inUnit, QUANTITIES, type Quantity } from './quantity.ts'

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
