/** Tells the verdict on one threshold in one line that is the whole story. */
import type { Verdict } from '../result/index.ts'
import { holds } from './condition.ts'
import { countsGood } from './figure.ts'
import type { FigureInterval } from './figureInterval.ts'
import { formatConfidence, formatCount, formatNumber, readableUnit, withUnit } from './format.ts'
import type { ParsedThreshold } from './grammar.ts'

export interface Judgement {
  threshold: ParsedThreshold
  verdict: Verdict
  /** In the threshold's unit. */
  value: number
  n: number
  /** Absent: judged by the figure itself. */
  certainty?: Certainty
}

export interface Certainty {
  interval: FigureInterval
  /** Over all looks. */
  confidence: number
  looks: number
}

export function messageOf(judgement: Judgement): string {
  const { threshold, verdict, value, n, certainty } = judgement
  const measured = `${threshold.key} ${measuredText(judgement)}`
  const limit = limitText(threshold)
  if (certainty === undefined)
    return `${measured} ${relation(judgement, verdict === 'fail' && threshold.operator !== '==' ? `the limit of ${limit}` : limit)} (n = ${formatCount(n)})`
  const { interval, confidence, looks } = certainty
  const samples = `(n = ${formatCount(n)}, ${formatConfidence(confidence)}${looks > 1 ? ` over ${looks} looks` : ''})`
  if (verdict !== 'undecided') return `${measured} ${relation(judgement, limit)} ${samples}`
  const meets = holds(value, threshold.operator, threshold.limit) ? 'pass' : 'fail'
  return `undecided: ${measured} ${uncertainty(interval, limit, n)}; the figure alone would ${meets} ${samples}`
}

/** @param requests in total, and how many of them failed */
export function nothingMeasured({ expression, figure }: ParsedThreshold, requests: number, failed: number): string {
  const missing = countsGood(figure) ? '; are there objectives?' : ''
  const sent =
    requests === 0 ? 'no request ended' : `${formatCount(requests)} requests, ${formatCount(failed)} of them failed`
  return `${expression}: no sample was measured, which is never a pass (${sent}${missing})`
}

function measuredText({ threshold, value, certainty }: Judgement): string {
  const interval = certainty?.interval
  const { quantity, limit, limitUnit } = threshold
  const unitName = readableUnit(value, quantity, limitUnit)
  const number = (figure: number): string => formatNumber(figure, quantity, unitName, [limit])
  const text = withUnit(number(value), unitName)
  if (interval === undefined || (interval.low === null && interval.high === null)) return text
  const low = interval.low === null ? '0' : number(interval.low)
  return `${text} ${interval.high === null ? `[${low}, ∞)` : `[${low}, ${number(interval.high)}]`}`
}

function limitText({ quantity, limit, limitUnit, limitText: written }: ParsedThreshold): string {
  // A limit written without its unit is shown with it.
  return written.endsWith(limitUnit) ? written : withUnit(formatNumber(limit, quantity, limitUnit), limitUnit)
}

function relation({ threshold, verdict, value }: Judgement, limit: string): string {
  const { operator } = threshold
  if (verdict === 'pass') {
    if (operator === '==') return `equals ${limit}`
    if (operator === '>=') return `is at least ${limit}`
    return operator === '>' ? `is above ${limit}` : `is within ${limit}`
  }
  if (operator === '==') return `is not ${limit}`
  // On the limit itself, with "<" or ">".
  if (value === threshold.limit) return operator === '<' ? `is not below ${limit}` : `is not above ${limit}`
  return value > threshold.limit ? `is above ${limit}` : `is below ${limit}`
}

function uncertainty({ low, high, samplesNeeded }: FigureInterval, limit: string, n: number): string {
  if (low === null && high === null && samplesNeeded === undefined)
    return `against ${limit}: no interval can be formed from what was measured`
  const missing = low === null && high === null ? 'no interval' : low === null ? 'no lower end' : 'no upper end'
  const wanting =
    samplesNeeded === undefined
      ? ''
      : `: ${missing} at n = ${formatCount(n)}, it takes about ${formatCount(samplesNeeded)}`
  return `does not settle ${limit}${wanting}`
}
