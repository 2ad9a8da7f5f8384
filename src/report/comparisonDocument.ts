/** A comparison as a document: the verdict, both sides with the change and its interval, what went wrong, and how the blocks lay. */
// Not from the folder's index: Vitest's main process waits for this file, and needs no schemas for it.
import { changeText } from '../gates/message.ts'
import {
  formatConfidence,
  formatCount,
  formatNumber,
  quantityOfUnit,
  readableUnit,
  withUnit,
} from '../gates/quantity.ts'
import type { ComparedRegression, ComparisonResult, Verdict } from '../result/index.ts'
import { type Cell, NOT_MEASURED, type ReportDocument, type TableSection, tableOf, withContent } from './document.ts'
import { failureSentence, ON_EMBEDDED } from './runDocument.ts'

const SIDES = ['baseline', 'candidate'] as const

export function comparisonDocument(comparison: ComparisonResult): ReportDocument {
  const { name, verdict, regressions, thresholds, notes, startedAt, environment, config } = comparison
  return {
    name,
    verdict,
    sections: withContent([
      { kind: 'verdict', verdict, sentence: comparisonSentence(comparison) },
      changeSection(comparison),
      { kind: 'gates', gates: [...regressions, ...thresholds] },
      {
        kind: 'list',
        tone: 'warning',
        title:
          'Client health: the load generator was the bottleneck, so these figures are its own rather than the servers’:',
        items: SIDES.flatMap((side) => comparison[side].client.reasons.map((reason) => `${side}: ${reason}`)),
      },
      { kind: 'list', tone: 'failure', title: 'Failed requests:', items: comparedFailures(comparison) },
      { kind: 'notes', notes: [planSentence(comparison), ...notes] },
      {
        kind: 'origin',
        origin: {
          startedAt,
          targets: SIDES.map((side, i) => [
            i === 0 ? `with ${side}` : side,
            comparison[side].endpoint.command ?? comparison[side].endpoint.url,
          ]),
          environment,
          config,
        },
        isDetail: true,
      },
      { kind: 'files', files: filesOf(comparison) },
    ]),
  }
}

/** One sentence, for instance `fail, 1 of 3 figures got worse by more than its tolerance`. */
export function comparisonSentence(comparison: ComparisonResult): string {
  const isEmbedded = SIDES.some((side) => comparison[side].endpoint.embedded)
  return `${sentenceOf(comparison)}${isEmbedded ? ON_EMBEDDED : ''}`
}

function sentenceOf({ verdict, regressions, thresholds }: ComparisonResult): string {
  const counted = (wanted: Verdict): number => regressions.filter((one) => one.verdict === wanted).length
  const figures = `${regressions.length} ${regressions.length === 1 ? 'figure' : 'figures'}`
  switch (verdict) {
    case 'invalid':
      return 'invalid, the client was the bottleneck'
    case 'fail':
      if (counted('fail') === 0 && thresholds.some((one) => one.verdict === 'fail'))
        return 'fail, too few requests succeeded'
      return `fail, ${counted('fail')} of ${figures} got worse by more than tolerated`
    case 'undecided':
      return `undecided, ${counted('undecided')} of ${figures} not settled`
    case 'none':
    case 'pass':
      return `${verdict}, ${figures} within tolerance`
  }
}

/** A row for each figure: both sides, the change with its interval, what is tolerated, the verdict. */
export function changeSection({ regressions }: Pick<ComparisonResult, 'regressions'>): TableSection {
  const rows = regressions.map((regression): Cell[] => {
    const { figure, baseline, candidate, toleranceText, worse, verdict, relative, unit } = regression
    const sign = worse === 'higher' ? '+' : '-'
    const points = !relative && unit === 'share' ? `${toleranceText.replace(/ ?%/, '')} points` : toleranceText
    return [
      figure,
      ...sideTexts(regression, baseline, candidate),
      changeWords(regression),
      `${sign}${points}`,
      { verdict },
    ]
  })
  const titles = ['figure', 'baseline', 'candidate', 'change', 'tolerance', 'verdict']
  return { kind: 'table', title: 'Comparison results:', table: tableOf(titles, rows), layout: 'left' }
}

/** The change with its interval: `+12.1 % [-3, +20]`. */
export function changeWords({ change, relative, unit }: ComparedRegression): string {
  if (change === null) return NOT_MEASURED
  return changeText(change.estimate, change, {
    scale: relative ? 'relative' : 'absolute',
    quantity: quantityOfUnit(unit),
  })
}

/** Both in one unit, with enough digits to tell them apart. */
function sideTexts(regression: ComparedRegression, baseline: number | null, candidate: number | null): string[] {
  const quantity = quantityOfUnit(regression.unit)
  const unit = readableUnit(Math.max(baseline ?? 0, candidate ?? 0), quantity)
  return [baseline, candidate].map((value) =>
    value === null ? NOT_MEASURED : withUnit(formatNumber(value, quantity, unit), unit),
  )
}

/** How the blocks lay: `8 pairs of blocks of 15 requests a side …`. */
function planSentence({ blocks, confidence }: ComparisonResult): string {
  const looks =
    blocks.looks.length === 1
      ? ''
      : `, of at most ${blocks.maxPairs}; looked at ${blocks.looked} of ${blocks.looks.length} times, with intervals so much wider that all looks together keep ${formatConfidence(confidence)}`
  return `${blocks.pairs} pairs of blocks of ${formatCount(blocks.requests)} requests a side${looks}. Order: ${blocks.order} (B baseline, C candidate).`
}

/** Distinct failures shown of each side; the JSON has all that were kept. */
const SHOWN_FAILURES = 5

/** For instance `candidate: 3 of 400: 3 × http-5xx (HTTP 503): what the server said`. */
export function comparedFailures(comparison: ComparisonResult): string[] {
  return SIDES.flatMap((side) => {
    const { failedRequests, totalRequests, failures } = comparison[side]
    if (failedRequests === 0) return []
    const told = failures
      .toSorted((a, b) => b.count - a.count)
      .slice(0, SHOWN_FAILURES)
      .map(failureSentence)
    return `${side}: ${failedRequests} of ${totalRequests}: ${told.join('; ')}`
  })
}

function filesOf({ resultJsonPath, baseline, candidate }: ComparisonResult): [label: string, path: string][] {
  if (resultJsonPath === null) return []
  return [
    ['Result JSON', resultJsonPath],
    ...[baseline, candidate].flatMap(({ resultDbPath }): [string, string][] =>
      resultDbPath === null ? [] : [['Result DB', resultDbPath]],
    ),
  ]
}
