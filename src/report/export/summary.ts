/** The body of a pull-request comment: verdicts first, then shifts against the base, then the details folded. */
import type { Result, Verdict } from '../../result/index.ts'
import { COMPARED, type ComparedFigure, comparedFigures } from '../comparison.ts'
import { figure } from '../figures.ts'
import { inline, renderMarkdown, SIGNS, table } from '../markdown.ts'
import { labelsOf, loadOf, type ReportRun } from '../reportRun.ts'
import { plainWords } from '../serverWords.ts'
import { shownVerdict, thresholdSentence, verdictSentence } from '../verdictLines.ts'
import type { ExportFormat } from './format.ts'

export const summary: ExportFormat = {
  name: 'summary',
  description: 'Markdown for a pull request or job summary; --base adds the shifts',
  joins: true,
  needsRequests: false,
  write: (runs, { base }) => [{ ending: '.md', content: renderPullRequest(runs, base) }],
}

const BADNESS: readonly Verdict[] = ['pass', 'undecided', 'fail', 'invalid']
/** GitHub refuses a comment above 65,536 characters; a folded part that does not fit is left out and named. */
const MOST_CHARACTERS = 60_000

/** @param base runs to compare with: the same name at the same load is the same scenario */
export function renderPullRequest(runs: readonly ReportRun[], base: readonly ReportRun[] = []): string {
  const results = runs.map(({ result }) => result)
  const labels = labelsOf(results)
  const worst = BADNESS[Math.max(0, ...results.map((result) => BADNESS.indexOf(shownVerdict(result))))]!
  const counted = results.filter((result) => shownVerdict(result) === 'pass').length
  const head = [
    `## ${SIGNS[worst]} perfgate: ${worst}, ${counted} of ${results.length} ${results.length === 1 ? 'run' : 'runs'} passed`,
    table(
      ['', 'Run', 'RPS', 'Output tok/s', 'Latency p50, ms', 'p99, ms', 'TTFT p50, ms', 'p99, ms', 'Failed'],
      results.map((result, i) => overviewRow(result, labels[i]!)),
    ),
    brokenThresholds(results, labels),
    shifts(runs, labels, base),
  ].filter((part) => part !== '')
  let text = head.join('\n\n')
  const left: string[] = []
  results.forEach((result, i) => {
    const part = `\n\n<details><summary>${inline(labels[i]!)}: ${inline(verdictSentence(result))}</summary>\n\n${renderMarkdown(result)}\n</details>`
    if (text.length + part.length <= MOST_CHARACTERS) text += part
    else left.push(labels[i]!)
  })
  if (left.length > 0) text += `\n\nLeft out for length: ${inline(left.join(', '))}.`
  return `${text}\n`
}

function overviewRow(result: Result, label: string): string[] {
  const { distributions, summary: figures } = result
  return [
    SIGNS[shownVerdict(result)],
    label,
    figure(figures.qps, 2),
    figure(figures.outputTokensPerSecond, 1),
    figure(distributions['latency']?.p50, 1),
    figure(distributions['latency']?.p99, 1),
    figure(distributions['ttft']?.p50, 1),
    figure(distributions['ttft']?.p99, 1),
    `${figures.failedRequests} of ${figures.totalRequests}`,
  ]
}

function brokenThresholds(results: readonly Result[], labels: readonly string[]): string {
  return results
    .flatMap((result, i) => [
      ...(result.client.valid
        ? []
        : result.client.reasons.map((reason) => `- ${SIGNS.invalid} ${inline(labels[i]!)}: ${inline(reason)}`)),
      ...result.thresholds
        .filter(({ verdict }) => verdict !== 'pass')
        .map((one) => `- ${SIGNS[one.verdict]} ${inline(labels[i]!)}: ${inline(plainWords(thresholdSentence(one)))}`),
    ])
    .join('\n')
}

function shifts(runs: readonly ReportRun[], labels: readonly string[], base: readonly ReportRun[]): string {
  if (base.length === 0) return ''
  const rows = runs.flatMap((run, i) => {
    const before = base.find(({ result }) => result.name === run.result.name && loadOf(result) === loadOf(run.result))
    if (before === undefined) return [[labels[i]!, ...COMPARED.map(() => 'no base')]]
    const was = comparedFigures(before.result, before.requests)
    const is = comparedFigures(run.result, run.requests)
    return [[labels[i]!, ...COMPARED.map((_, k) => shiftText(was[k]!, is[k]!))]]
  })
  return `### Against the base (95 % intervals, milliseconds)\n\n${table(['Run', ...COMPARED.map(({ title }) => title)], rows)}\n\n“apart”: the two intervals do not overlap, so the figure has changed. A run measured in another job also differs by its machine.`
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

function signed(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share).toFixed(1)}`
}
