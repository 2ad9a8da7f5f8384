/** A comparison as text and as Markdown: both sides, the change with its interval, the verdict on each figure. */
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
import type { ComparedRegression, ComparedSide, ComparisonResult, Verdict } from '../result/index.ts'
import { coloured, VERDICT_COLOURS } from './colour.ts'
import { NOT_MEASURED } from './figures.ts'
import { inline, table } from './markdown.ts'
import { SIGNS } from './marks.ts'
import { plainWords } from './serverWords.ts'
import { drawTable } from './tables.ts'
import { PLAIN_STYLE, plainText, type TerminalStyle } from './terminal.ts'
import { ON_EMBEDDED } from './verdictLines.ts'
import { wrapText } from './wrapping.ts'

const SIDES = ['baseline', 'candidate'] as const
/** Distinct failures shown of each side; the JSON has all that were kept. */
const SHOWN_FAILURES = 5

/** @returns lines without a newline at the end */
export function renderComparison(result: ComparisonResult, style: Partial<TerminalStyle> = {}): string {
  const terminal = { ...PLAIN_STYLE, ...style }
  const plain = (text: string): string => plainText(text, terminal)
  const list = (items: readonly string[], mark = '-'): string[] =>
    items.flatMap((item) => {
      const [first, ...rest] = wrapText(plain(item), terminal.columns - 4)
      return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)]
    })
  const problems = clientProblems(result)
  const failures = comparedFailures(result)
  const sections = [
    [
      coloured('bold', 'Comparison results:', terminal),
      drawTable(
        { head: REGRESSION_HEAD, rows: changedRows(result).map((row) => row.map(plain)), align: 'left', ruled: false },
        terminal,
      ),
    ],
    [
      ...wrapText(plain(`Verdict: ${comparisonSentence(result)}`), terminal.columns, 2).map((line) =>
        coloured(VERDICT_COLOURS[result.verdict], line, terminal),
      ),
      ...list([...result.regressions, ...result.thresholds].map(({ message }) => message)),
    ],
    problems.length === 0 ? [] : ['Client health: the load generator was the bottleneck:', ...list(problems)],
    failures.length === 0 ? [] : ['Failed requests:', ...list(failures)],
    [planSentence(result), ...result.notes].flatMap((text) => wrapText(plain(text), terminal.columns, 2)),
    fileLines(result),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** GitHub-flavoured Markdown with a newline at its end. */
export function renderComparisonMarkdown(result: ComparisonResult): string {
  const list = (items: readonly string[]): string => items.map((item) => `- ${inline(item)}`).join('\n')
  const problems = clientProblems(result)
  const failures = comparedFailures(result)
  const parts = [
    `## ${SIGNS[result.verdict]} ${inline(plainWords(result.name))}`,
    `**${inline(comparisonSentence(result))}**`,
    table(REGRESSION_HEAD, changedRows(result, SIGNS)),
    list([...result.regressions, ...result.thresholds].map(({ message }) => message)),
    problems.length === 0
      ? ''
      : `> [!WARNING]\n> The load generator was the bottleneck:\n${list(problems).replace(/^/gm, '> ')}`,
    failures.length === 0 ? '' : `**Failed requests**\n\n${list(failures)}`,
    list([planSentence(result), ...result.notes]),
    `Started ${result.startedAt}: ${SIDES.map((side) => `${side} \`${plainWords(result[side].endpoint.command ?? result[side].endpoint.url).replaceAll('`', "'")}\``).join(', ')}.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
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

export const REGRESSION_HEAD = ['figure', 'baseline', 'candidate', 'change', 'tolerance', 'verdict']

/** A row for each figure: both sides, the change with its interval, what is tolerated, the verdict. */
export function changedRows(
  { regressions }: Pick<ComparisonResult, 'regressions'>,
  signs?: Record<Verdict, string>,
): string[][] {
  return regressions.map((regression) => {
    const { figure, baseline, candidate, toleranceText, worse, verdict, relative, unit } = regression
    const sign = worse === 'higher' ? '+' : '-'
    const points = !relative && unit === 'share' ? `${toleranceText.replace(/ ?%/, '')} points` : toleranceText
    return [
      figure,
      ...sideTexts(regression, baseline, candidate),
      changedText(regression),
      `${sign}${points}`,
      signs === undefined ? verdict : `${signs[verdict]} ${verdict}`,
    ]
  })
}

function changedText({ change, relative, unit }: ComparedRegression): string {
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
export function planSentence({ blocks, confidence }: ComparisonResult): string {
  const looks =
    blocks.looks.length === 1
      ? ''
      : `, of at most ${blocks.maxPairs}; looked at ${blocks.looked} of ${blocks.looks.length} times, with intervals so much wider that all looks together keep ${formatConfidence(confidence)}`
  return `${blocks.pairs} pairs of blocks of ${formatCount(blocks.requests)} requests a side${looks}. Order: ${blocks.order} (B baseline, C candidate).`
}

function clientProblems(result: ComparisonResult): string[] {
  return SIDES.flatMap((side) => result[side].client.reasons.map((reason) => `${side}: ${reason}`))
}

/** For instance `candidate: 3 of 400: 3 x http-5xx (HTTP 503): what the server said`. */
export function comparedFailures(result: ComparisonResult): string[] {
  return SIDES.flatMap((side) => {
    const { failedRequests, totalRequests, failures } = result[side]
    if (failedRequests === 0) return []
    const told = failures
      .toSorted((a, b) => b.count - a.count)
      .slice(0, SHOWN_FAILURES)
      .map(failureText)
    return `${side}: ${failedRequests} of ${totalRequests}: ${told.join('; ')}`
  })
}

function failureText({ cause, status, message, count }: ComparedSide['failures'][number]): string {
  const words = plainWords(message)
  return `${count} x ${cause}${status === null ? '' : ` (HTTP ${status})`}${words === '' ? '' : `: ${words}`}`
}

/** Never wrapped, however long: a path is there to be copied. */
function fileLines({ resultJsonPath, baseline, candidate }: ComparisonResult): string[] {
  if (resultJsonPath === null) return []
  return [
    `Result JSON: ${resultJsonPath}`,
    ...[baseline, candidate].flatMap(({ resultDbPath }) =>
      resultDbPath === null ? [] : `Result DB:   ${resultDbPath}`,
    ),
  ]
}
