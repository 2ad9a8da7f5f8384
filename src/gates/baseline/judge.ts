/** Judges a run against a stored result: fails only when the regression is larger than its tolerance, beyond doubt. */
import { ConfigError } from '../../config/index.ts'
import type { Result, ThresholdResult } from '../../result/index.ts'
import { absoluteChange, type Change, relativeChange } from '../../stats/index.ts'
import { failing } from '../fail.ts'
import { formatConfidence, formatCount, formatNumber, readableUnit, withUnit } from '../format.ts'
import { QUANTITIES } from '../quantity.ts'
import type { ParsedRegression } from '../regressions.ts'
import type { Tolerance } from '../tolerance.ts'
import { isStored, STORED_CONFIDENCE, storedFigure } from './stored.ts'

/** @throws ConfigError for a figure that results do not keep with its interval */
export function requireStored(regressions: readonly ParsedRegression[]): void {
  for (const { key, text, figure } of regressions)
    if (!isStored(figure))
      throw new ConfigError(
        failing(
          'threshold',
          `${key} ${text}`,
        )(
          'a stored result keeps avg, p50, p90, p95, p99 and p99.9 of times and speeds, and the rates and shares of a run; this figure it does not keep',
        ).message.replace(/^threshold/, 'regression'),
        'regressions',
      )
}

/**
 * @param name of the baseline, for messages
 * @returns one for each regression: `limit` is the worst value allowed, in the figure's own unit. Nothing measured on
 *   either side is a failure; an interval that reaches across the tolerance is undecided
 */
export function judgeRegressions(
  regressions: readonly ParsedRegression[],
  { name, baseline, current }: { name: string; baseline: Result; current: Result },
): ThresholdResult[] {
  return regressions.map((regression) => judge(regression, name, baseline, current))
}

function judge(regression: ParsedRegression, name: string, baseline: Result, current: Result): ThresholdResult {
  const { key, figure, quantity, worse, tolerance, text } = regression
  const before = storedFigure(baseline, figure)
  const after = storedFigure(current, figure)
  const facts = {
    expression: `${key} at most ${text} worse than baseline ${name}`,
    unit: QUANTITIES[quantity].own,
    n: after?.n ?? 0,
    actual: after?.value ?? null,
  }
  if (before === undefined || after === undefined) {
    const where = before === undefined ? `in baseline ${name}` : 'in this run'
    return {
      ...facts,
      limit: 0,
      verdict: 'fail',
      message: `${key} against baseline ${name}: no sample was measured ${where}, which is never a pass`,
    }
  }
  const sign = worse === 'higher' ? 1 : -1
  const limit =
    tolerance.scale === 'relative' ? before.value * (1 + sign * tolerance.value) : before.value + sign * tolerance.value
  const change = tolerance.scale === 'relative' ? relativeChange(before, after) : absoluteChange(before, after)
  const allowed = tolerance.value
  const verdict = verdictOf(change, sign, allowed)
  const unitName = readableUnit(before.value, quantity)
  const number = (value: number): string => withUnit(formatNumber(value, quantity, unitName), unitName)
  const { interval } = after
  const meets = sign * change.value <= allowed ? 'pass' : 'fail'
  const told = `${key} ${number(after.value)} against ${number(before.value)} of baseline ${name}: ${changeText(change, { scale: tolerance.scale, quantity }, unitName)}`
  const ending = `(n = ${formatCount(after.n)} against ${formatCount(before.n)}${change.interval === undefined ? '' : `, ${formatConfidence(STORED_CONFIDENCE)}`})`
  return {
    ...facts,
    limit,
    ...(interval && { interval: [interval.low, interval.high] as [number | null, number | null] }),
    verdict,
    message:
      verdict === 'undecided'
        ? `undecided: ${told} ${change.interval === undefined ? `is without an interval: baseline ${name} was written without them, save it anew` : `does not settle a tolerance of ${text}`}; the figure alone would ${meets} ${ending}`
        : `${told} is ${verdict === 'pass' ? 'within' : 'beyond'} the tolerance of ${text} ${ending}`,
  }
}

/** @param sign 1 where higher is worse */
function verdictOf({ interval }: Change, sign: number, allowed: number): ThresholdResult['verdict'] {
  if (interval === undefined) return 'undecided'
  const low = interval.low ?? Number.NEGATIVE_INFINITY
  const high = interval.high ?? Number.POSITIVE_INFINITY
  const [least, most] = sign > 0 ? [low, high] : [-high, -low]
  return least > allowed ? 'fail' : most <= allowed ? 'pass' : 'undecided'
}

/** `+7.2 % [+4.1, +10.4]`; an amount for an absolute tolerance. */
export function changeText(
  { value, interval }: Change,
  { scale, quantity }: Pick<Tolerance, 'scale'> & Pick<ParsedRegression, 'quantity'>,
  unitName: string,
): string {
  const isRelative = scale === 'relative'
  const unit = isRelative ? '%' : quantity === 'share' ? 'pp' : unitName
  const number = (part: number): string => {
    const shown = isRelative || quantity === 'share' ? part * 100 : Number(formatPlain(part, quantity, unitName))
    return `${shown > 0 ? '+' : ''}${Number(shown.toPrecision(3))}`
  }
  const text = `${number(value)} ${unit}`
  if (interval === undefined) return text
  const low = interval.low === null ? '(-∞' : `[${number(interval.low)}`
  return `${text} ${low}, ${interval.high === null ? '∞)' : `${number(interval.high)}]`}`
}

function formatPlain(value: number, quantity: ParsedRegression['quantity'], unitName: string): string {
  return formatNumber(value, quantity, unitName).replaceAll(',', '')
}
