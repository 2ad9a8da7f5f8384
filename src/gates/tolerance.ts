/** Reads how much worse a figure may become, for instance `5 %` or `10 ms`. */
import type { Fail } from './fail.ts'
import { parseLimit, QUANTITIES, type Quantity } from './quantity.ts'

/** Which way a figure gets worse. */
export type Worse = 'higher' | 'lower'

/** Whether a difference is a share of the baseline's figure, or an amount in the figure's own unit. */
export type Scale = 'relative' | 'absolute'

export interface Tolerance {
  scale: Scale
  /** At least 0: a share of the baseline (0.05 for `5 %`), or an amount in the figure's own unit. */
  value: number
  /** As written, without its sign, for instance `5 %`. */
  text: string
  /** The unit as written. */
  unit: string
}

/**
 * `5 %` is a share of the baseline's figure; for figures that are shares themselves (successRate) it is percentage
 * points, as `5 pp` is. A unit of the figure, as in `10 ms`, makes it an amount. A sign may say which way is worse, and must be right.
 *
 * @param subject the figure's name, for errors
 * @throws what `fail` makes, when the number, its unit or its sign is wrong
 */
export function parseTolerance(text: string, quantity: Quantity, subject: string, worse: Worse, fail: Fail): Tolerance {
  const written = text.trim()
  if (/^[<>=≤≥]/.test(written))
    throw fail(`a tolerance is how much worse ${subject} may become, without an operator; write for instance "5 %"`)
  const [, sign = '', number = '', unit = ''] = /^([+−-]?)\s*(\d+\.?\d*|\.\d+)\s*(.*)$/.exec(written) ?? []
  if (number === '')
    throw fail(
      written === ''
        ? 'a tolerance is missing; write for instance "5 %"'
        : `"${written}" is no tolerance; write for instance "5 %"`,
    )
  if (unit === '') throw fail(`the tolerance "${written}" has no unit; write "${number} %"${example(quantity, number)}`)
  if (sign !== '' && (sign === '+') !== (worse === 'higher'))
    throw fail(
      `${subject} gets worse by ${worse === 'higher' ? 'rising' : 'falling'}; write "${number} ${unit}", or with the sign "${worse === 'higher' ? '+' : '-'}${number} ${unit}"`,
    )
  if (quantity !== 'share' && unit === '%') {
    const value = Number(`${number}e-2`)
    if (worse === 'lower' && value >= 1)
      throw fail(`${subject} cannot fall by more than 100 %, so this could never fail`)
    return { scale: 'relative', value, text: `${number} %`, unit: '%' }
  }
  if (quantity === 'share') {
    if (unit !== 'pp' && unit !== '%') throw fail(`${subject} is a share; write percentage points, "${number} pp"`)
    return { scale: 'absolute', value: Number(`${number}e-2`), text: `${number} ${unit}`, unit }
  }
  const limit = parseLimit(`${number} ${unit}`, quantity, subject, fail)
  return { scale: 'absolute', value: limit.value, text: limit.text, unit: limit.unit }
}

function example(quantity: Quantity, number: string): string {
  const { shown } = QUANTITIES[quantity]
  return shown === '' || shown === '%' ? '' : ` of the baseline, or "${number} ${shown}"`
}
