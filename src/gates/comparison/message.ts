/** Tells the verdict on one regression in one line that is the whole story. */
import { formatConfidence, formatCount, formatNumber, readableUnit, withUnit } from '../format.ts'
import type { Quantity } from '../quantity.ts'
import type { RegressionResult } from './judge.ts'
import type { ParsedRegression } from './regression.ts'

/** For instance `p50(latency) rose by 10.2 % [8.1, 12.4], tolerated are 5 % (1.19 s → 1.31 s, n = 1,500 a side, 95 %)`. */
export function changeMessage(regression: ParsedRegression, facts: Omit<RegressionResult, 'message'>): string {
  const { key, quantity, tolerance } = regression
  const { baseline, candidate, change, n, blocks, confidence, verdict } = facts
  if (change === null) {
    const missing = baseline === null ? (candidate === null ? 'either side' : 'the baseline') : 'the candidate'
    return `${key}: nothing was measured of ${missing}, which is never a pass`
  }
  const unit = readableUnit(Math.max(baseline!, candidate!), quantity)
  const shown = (value: number): string => withUnit(formatNumber(value, quantity, unit), unit)
  const behind = `(${shown(baseline!)} → ${shown(candidate!)}, n = ${formatCount(n)} a side in ${blocks} blocks, ${formatConfidence(confidence)})`
  const measured = `${key} ${changeText(facts, quantity)}`
  const limit = `the tolerance of ${tolerance.text}`
  if (verdict === 'fail') return `${measured} is beyond ${limit} ${behind}`
  if (verdict === 'undecided')
    return `undecided: ${measured} does not settle ${limit}${wanting(regression, facts)} ${behind}`
  return regression.isGuard
    ? `${measured}: no sign of more failures than ${limit} ${behind}`
    : `${measured} is within ${limit} ${behind}`
}

/** `+10.2 % [+8.1, +12.4]`; percentage points for shares. */
export function changeText(
  { change, relative }: Pick<RegressionResult, 'change' | 'relative'>,
  quantity: Quantity,
): string {
  if (change === null) return 'n/a'
  const isShare = !relative && quantity === 'share'
  const unit = relative ? '%' : isShare ? 'points' : readableUnit(Math.abs(change.estimate), quantity)
  const number = (value: number): string => {
    if (relative || isShare) return signed(percentText(value))
    return signed(formatNumber(value, quantity, unit))
  }
  const end = (value: number | null, open: string): string => (value === null ? open : number(value))
  return `${number(change.estimate)} ${unit} [${end(change.low, '-∞')}, ${end(change.high, '+∞')}]`
}

function percentText(share: number): string {
  const percent = share * 100
  return percent.toFixed(Math.abs(percent) < 1 ? 2 : Math.abs(percent) < 100 ? 1 : 0)
}

function signed(number: string): string {
  return Number(number.replaceAll(',', '')) > 0 ? `+${number}` : number
}

/** How many requests or blocks an end that is missing would take. */
function wanting(
  { figure }: ParsedRegression,
  { change, method, n, blocks, confidence }: Omit<RegressionResult, 'message'>,
): string {
  if (change === null || (change.low !== null && change.high !== null)) return ''
  // So many signs must agree before agreement is unlikely enough to be chance.
  const signs = Math.ceil(Math.log2(2 / (1 - confidence)))
  if (method === 'quantile' && figure.kind === 'percentile') {
    const beyond = Math.min(figure.p, 100 - figure.p) / 100
    const needed = Math.ceil(signs / (2 * beyond))
    if (needed > n) return `: too few requests lie beyond p${figure.p}, it takes about ${formatCount(needed)} a side`
  }
  return blocks < signs
    ? `: it takes at least ${signs} blocks`
    : ': too few blocks tell the sides apart; more requests would'
}
