/** The head of a set's page: one row per run, and the runs' percentiles beside each other with their intervals. */
import type { Result } from '../../result/index.ts'
import { COMPARED, type ComparedFigure } from '../comparison.ts'
import { figure, signed } from '../figures.ts'
import { html, type Markup } from './markup.ts'
import { table, verdictBadge } from './sections.ts'

const HEAD = [
  'Run',
  'Verdict',
  'Concurrency',
  'Rate',
  'n',
  'RPS',
  'Output tok/s',
  'Success',
  'Latency p50',
  'p99',
  'TTFT p50',
  'p99',
]

export function overviewSection(results: readonly Result[], labels: readonly string[], knee: number): Markup {
  return table(
    'Overview (milliseconds)',
    HEAD,
    results.map((result, i) => {
      const { summary, rates, distributions, config } = result
      const rate = Number(config['rate'] ?? -1)
      return [
        html`<a href="#run-${i}">${labels[i]}</a>${i === knee && html` <span class="badge knee">knee</span>`}`,
        verdictBadge(result.verdict),
        summary.concurrency === null ? 'no limit' : String(summary.concurrency),
        rate > 0 ? `${figure(rate, 2)}/s` : 'unpaced',
        String(summary.totalRequests),
        figure(summary.qps, 2),
        figure(summary.outputTokensPerSecond, 1),
        `${figure(rates.successRate * 100, 2)} %`,
        figure(distributions['latency']?.p50, 1),
        figure(distributions['latency']?.p99, 1),
        figure(distributions['ttft']?.p50, 1),
        figure(distributions['ttft']?.p99, 1),
      ]
    }),
  )
}

const WIDTH = 640
const LEFT = 8
const ROW_HEIGHT = 22

/** A dot for the figure and a line for its interval, and the same as a table. */
export function comparisonSection(labels: readonly string[], figures: readonly (readonly ComparedFigure[])[]): Markup {
  return html`<h2>Comparison with 95 % intervals</h2>
<p class="hint">A difference smaller than the intervals is not one. Runs measured at different times also differ by what else the machines did; a comparison in one job is the reliable one.</p>
<div class="grid">${COMPARED.map(({ title }, k) =>
    intervalPlot(
      title,
      labels,
      figures.map((run) => run[k]!),
    ),
  )}</div>
${table(
  'Figures and intervals (milliseconds)',
  ['Run', ...COMPARED.map(({ title }) => title)],
  labels.map((label, i) => [label, ...figures[i]!.map((one, k) => comparedText(one, figures[0]![k]!, i))]),
)}`
}

function comparedText({ value, interval }: ComparedFigure, base: ComparedFigure, run: number): string {
  if (value === null) return 'n/a'
  const range =
    interval === undefined
      ? ''
      : ` [${figure(interval[0], 1)}, ${interval[1] === null ? 'unbounded' : figure(interval[1], 1)}]`
  const shift =
    run === 0 || base.value === null || base.value === 0 ? '' : ` (${signed((value / base.value - 1) * 100)} %)`
  return `${figure(value, 1)}${range}${shift}`
}

function intervalPlot(title: string, labels: readonly string[], figures: readonly ComparedFigure[]): Markup {
  const all = figures.flatMap(({ value, interval }) => [value, ...(interval ?? [])]).filter((one) => one !== null)
  if (all.length === 0) return html``
  const most = Math.max(...all) * 1.05 || 1
  const x = (value: number): string => (LEFT + (value / most) * (WIDTH - 2 * LEFT)).toFixed(1)
  const height = figures.length * ROW_HEIGHT * 2 + 26
  const rows = figures.map(({ value, interval }, i) => {
    const y = i * ROW_HEIGHT * 2 + ROW_HEIGHT + 12
    const low = interval?.[0] ?? value
    const open = interval !== undefined && interval[1] === null
    const high = open ? most : (interval?.[1] ?? value)
    return html`<text x="${LEFT}" y="${y - 12}">${labels[i]}: ${figure(value, 1)} ms</text>${
      value !== null &&
      html`<line class="whisker${open && ' open'}" x1="${x(low!)}" x2="${x(high!)}" y1="${y}" y2="${y}"/><circle cx="${x(value)}" cy="${y}" r="4.5"/>`
    }`
  })
  return html`<figure><figcaption>${title}</figcaption><svg class="intervals" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title} of each run with its interval; the figures are in the table below">${rows}<text class="axis" x="${LEFT}" y="${height - 4}">0</text><text class="axis end" x="${WIDTH - LEFT}" y="${height - 4}">${figure(most, 0)} ms</text></svg></figure>`
}
