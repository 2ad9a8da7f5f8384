/** The body of a pull-request comment: verdicts first, then shifts with intervals, then the details folded. */

import { worstVerdict } from '../../gates/index.ts'
import type { CapacityResult, ComparisonResult, Result, ThresholdResult } from '../../result/index.ts'
import { capacityDocument, capacitySentence, criterionSection } from '../capacityDocument.ts'
import { changeSection, comparisonDocument, comparisonSentence } from '../comparisonDocument.ts'
import { figure, plainWords, SIGNS, signed } from '../document.ts'
import { inline, markdownTable, renderMarkdown, tableText } from '../markdown.ts'
import { runDocument, thresholdSentence, verdictSentence } from '../runDocument.ts'
import {
  COMPARED,
  type ComparedFigure,
  comparedFigures,
  labelsOf,
  loadOf,
  METRIC_COLUMNS,
  type ReportRun,
  type ReportSet,
  runCells,
  runTitles,
} from '../runSet.ts'
import type { ExportFormat } from './format.ts'

export const summary: ExportFormat = {
  name: 'summary',
  description: 'Markdown for a pull request or job summary; --base adds the shifts',
  joins: true,
  needsRequests: false,
  write: (runs, { base, baseMissing, comparisons, capacities }) => [
    { ending: '.md', content: renderPullRequest({ runs, comparisons, capacities }, base, baseMissing) },
  ],
}

/** Below the summary that a test framework has written of its tests, and has given its verdict. */
export const shifts: ExportFormat = {
  name: 'shifts',
  description: 'Markdown to put below a summary of tests: the shifts against --base, and no verdict',
  joins: true,
  needsRequests: false,
  write: (runs, { base, baseMissing }) => [{ ending: '.md', content: renderShifts(runs, base, baseMissing) }],
}

/** GitHub refuses a comment above 65,536 characters; a folded part that does not fit is left out and named. */
const MOST_CHARACTERS = 60_000
/** The rest of it. */
const MOST_OF_SHIFTS = 5_000

/**
 * @param base runs to compare with: the same name at the same load is the same scenario
 * @param baseMissing where such runs were looked for and not found
 */
export function renderPullRequest(
  { runs: all, comparisons, capacities }: ReportSet,
  base: readonly ReportRun[] = [],
  baseMissing = '',
): string {
  // Sides and levels have no verdict of their own, unless they are all there is.
  const whole = all.filter(({ isPart }) => !isPart)
  const runs = comparisons.length + capacities.length > 0 ? whole : all
  const results = runs.map(({ result }) => result)
  const labels = labelsOf(results)
  const verdicts = [
    ...results.map(({ verdict }) => verdict),
    ...[...comparisons, ...capacities].map(({ verdict }) => verdict),
  ]
  const worst = worstVerdict(verdicts)
  const passed = verdicts.filter((verdict) => verdict === 'pass').length
  const head = [
    `## ${SIGNS[worst]} perfgate: ${worst}, ${passed} of ${verdicts.length} ${nounOf({ runs, comparisons, capacities })} passed`,
    results.length === 0
      ? ''
      : markdownTable(
          ['', 'Run', ...runTitles(METRIC_COLUMNS)],
          results.map((result, i) => [SIGNS[result.verdict], labels[i]!, ...runCells(result, METRIC_COLUMNS)]),
        ),
    brokenThresholds(results, labels),
    ...comparisons.map(comparedPart),
    ...capacities.map(capacityPart),
    againstBaselines(results, labels),
    shiftsAgainst(runs, labels, base),
    missingBase(baseMissing),
  ].filter((part) => part !== '')
  return withFolded(head.join('\n\n'), foldedParts({ runs, comparisons, capacities }, labels))
}

function renderShifts(all: readonly ReportRun[], base: readonly ReportRun[], baseMissing = ''): string {
  const runs = all.filter(({ isPart }) => !isPart)
  const labels = labelsOf(runs.map(({ result }) => result))
  let shown = runs.length
  let text: string
  do {
    const left = runs.length - shown
    text = [
      shiftsAgainst(runs.slice(0, shown), labels, base),
      left === 0 ? '' : `${left} more are left out for length.`,
      base.length === 0 && baseMissing === '' ? 'Nothing to compare with.' : missingBase(baseMissing),
    ]
      .filter((part) => part !== '')
      .join('\n\n')
    shown--
  } while (text.length > MOST_OF_SHIFTS && shown > 0)
  return `${text}\n`
}

function missingBase(baseMissing: string): string {
  return baseMissing === '' ? '' : `Nothing to compare with: no results in ${inline(baseMissing)}.`
}

/** Every result in full, below a line with its verdict. */
export function foldedParts({ runs, comparisons, capacities }: ReportSet, labels: readonly string[]): Folded[] {
  return [
    ...comparisons.map((one): Folded => [one.name, comparisonSentence(one), renderMarkdown(comparisonDocument(one))]),
    ...capacities.map((one): Folded => [one.name, capacitySentence(one), renderMarkdown(capacityDocument(one))]),
    ...runs.map(({ result }, i): Folded => [labels[i]!, verdictSentence(result), renderMarkdown(runDocument(result))]),
  ]
}

/** @returns the text with as many of the parts as fit, and the names of the others */
export function withFolded(head: string, folded: readonly Folded[]): string {
  let text = head
  const left: string[] = []
  for (const [label, sentence, body] of folded) {
    const part = `\n\n<details><summary>${inline(label)}: ${inline(sentence)}</summary>\n\n${body}\n</details>`
    if (text.length + part.length <= MOST_CHARACTERS) text += part
    else left.push(label)
  }
  if (left.length > 0) text += `\n\nLeft out for length: ${inline(left.join(', '))}.`
  return `${text}\n`
}

export type Folded = [label: string, sentence: string, body: string]

function nounOf({ runs, comparisons, capacities }: ReportSet): string {
  const judged = comparisons.length + capacities.length
  if (judged === 0) return runs.length === 1 ? 'run' : 'runs'
  if (judged + runs.length > 1) return 'results'
  return comparisons.length > 0 ? 'comparison' : 'capacity search'
}

/** The shifts are the verdict here: each figure with its interval, measured in one job. */
export function comparedPart(comparison: ComparisonResult): string {
  const { name, verdict, baseline, candidate } = comparison
  const invalid = [baseline, candidate].flatMap(({ client }) => client.reasons)
  return [
    `### ${SIGNS[verdict]} ${inline(plainWords(name))}: ${inline(comparisonSentence(comparison))}`,
    tableText(changeSection(comparison).table),
    invalid.map((reason) => `- ${SIGNS.invalid} ${inline(reason)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

export function capacityPart(capacity: CapacityResult): string {
  const { name, verdict, gate } = capacity
  return [
    `### ${SIGNS[verdict]} ${inline(plainWords(name))}: ${inline(capacitySentence(capacity))}`,
    tableText(criterionSection(capacity).table),
    gate.map((one) => `- ${SIGNS[one.verdict]} ${inline(one.message)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Every figure that was judged against a stored result, also those that passed: the message has the interval. */
export function againstBaselines(results: readonly Result[], labels: readonly string[]): string {
  const lines = results.flatMap(({ baseline, thresholds }, i) => {
    if (baseline === undefined) return []
    const judged = thresholds.filter((one) => isAgainst(one, baseline.name))
    const unlike = baseline.unlike.length === 0 ? '' : ` (another environment: ${inline(baseline.unlike.join('; '))})`
    return [
      `- ${inline(labels[i]!)}, baseline ${inline(baseline.name)} of ${baseline.startedAt}${unlike}`,
      ...judged.map((one) => `  - ${SIGNS[one.verdict]} ${inline(thresholdSentence(one))}`),
    ]
  })
  return lines.length === 0 ? '' : `### Against the stored baseline (95 % intervals)\n\n${lines.join('\n')}`
}

function isAgainst({ expression }: ThresholdResult, baseline: string): boolean {
  return expression.endsWith(` worse than baseline ${baseline}`)
}

export function brokenThresholds(results: readonly Result[], labels: readonly string[]): string {
  return results
    .flatMap((result, i) => [
      ...(result.client.valid
        ? []
        : result.client.reasons.map((reason) => `- ${SIGNS.invalid} ${inline(labels[i]!)}: ${inline(reason)}`)),
      ...result.thresholds
        .filter(
          (one) => one.verdict !== 'pass' && (result.baseline === undefined || !isAgainst(one, result.baseline.name)),
        )
        .map((one) => `- ${SIGNS[one.verdict]} ${inline(labels[i]!)}: ${inline(plainWords(thresholdSentence(one)))}`),
    ])
    .join('\n')
}

function shiftsAgainst(runs: readonly ReportRun[], labels: readonly string[], base: readonly ReportRun[]): string {
  if (base.length === 0) return ''
  const rows = runs.flatMap((run, i) => {
    const before = base.find(({ result }) => result.name === run.result.name && loadOf(result) === loadOf(run.result))
    if (before === undefined) return [[labels[i]!, ...COMPARED.map(() => 'no base')]]
    const was = comparedFigures(before)
    const is = comparedFigures(run)
    return [[labels[i]!, ...COMPARED.map((_, k) => shiftText(was[k]!, is[k]!))]]
  })
  return `### Against the base (95 % intervals, milliseconds)\n\n${markdownTable(['Run', ...COMPARED.map(({ title }) => title)], rows)}\n\n“apart”: the two intervals do not overlap, so the figure has changed. A run measured in another job also differs by its machine.`
}

function shiftText(was: ComparedFigure, is: ComparedFigure): string {
  if (was.value === null || is.value === null) return 'n/a'
  const share = was.value === 0 ? '' : ` (${signed((is.value / was.value - 1) * 100)} %)`
  return `${range(was)} → ${range(is)}${share}${areApart(was, is) ? ', apart' : ''}`
}

function range({ value, interval }: ComparedFigure): string {
  if (interval === undefined) return figure(value, 1)
  const end = interval[1] === null ? 'unbounded' : figure(interval[1], 1)
  return `${figure(value, 1)} (${interval[0] === null ? '0' : figure(interval[0], 1)} to ${end})`
}

function areApart({ interval: a }: ComparedFigure, { interval: b }: ComparedFigure): boolean {
  if (a === undefined || b === undefined) return false
  const above = (low: number | null, high: number | null): boolean => low !== null && high !== null && low > high
  return above(a[0], b[1]) || above(b[0], a[1])
}
