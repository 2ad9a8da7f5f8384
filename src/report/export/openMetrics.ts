/** Results in the OpenMetrics text format: for a Prometheus textfile collector, or a GitLab metrics report. */
import { factsOf, findMetric, snakeCase } from '../../metrics/index.ts'
import type { Result } from '../../result/index.ts'
import { labelsOf } from '../runSet.ts'
import type { ExportFormat } from './format.ts'
import { summaryGauges, thresholdName, withoutStop } from './metrics.ts'

export const openMetrics: ExportFormat = {
  name: 'openmetrics',
  description: 'figures as OpenMetrics text',
  joins: true,
  needsRequests: false,
  write: (runs) => [{ ending: '.om.txt', content: render(runs.map(({ result }) => result)) }],
}

/** GitLab compares each line of the merge request with the same line of the target branch, so labels must not change. */
export const gitlab: ExportFormat = {
  name: 'gitlab',
  description: 'GitLab metrics report: figures whose labels stay the same from run to run',
  joins: true,
  needsRequests: false,
  write: (runs) => [
    {
      ending: '.metrics.txt',
      content: render(
        runs.map(({ result }) => result),
        true,
      ),
    },
  ],
}

const QUANTILES = [
  ['p50', '0.5'],
  ['p90', '0.9'],
  ['p95', '0.95'],
  ['p99', '0.99'],
  ['p999', '0.999'],
] as const

interface Family {
  type: 'gauge' | 'counter' | 'summary' | 'info'
  unit: string
  help: string
  lines: string[]
}

function render(results: readonly Result[], stable = false): string {
  const families = new Map<string, Family>()
  const add = (name: string, facts: Omit<Family, 'lines'>, line: string): void => {
    const family = families.get(name) ?? { ...facts, lines: [] }
    family.lines.push(line)
    families.set(name, family)
  }
  const names = labelsOf(results)
  results.forEach((result, i) => {
    const run = { run: names[i]!, model: String(result.config['model'] ?? '') }
    const { environment, summary } = result
    if (!stable)
      add(
        'perfgate_run',
        { type: 'info', unit: '', help: 'Where and when the run was made' },
        `perfgate_run_info${labels({ ...run, started_at: result.startedAt, perfgate: environment.perfgate, node: environment.node, commit: environment.commit ?? '', verdict: result.verdict })} 1`,
      )
    for (const { name, unit, help, value } of summaryGauges(result))
      add(`perfgate_${name}`, { type: 'gauge', unit, help }, `perfgate_${name}${labels(run)} ${number(value)}`)
    const outcomes = { succeeded: summary.succeededRequests, failed: summary.failedRequests }
    for (const [outcome, count] of Object.entries(outcomes))
      add(
        'perfgate_requests',
        { type: 'counter', unit: '', help: 'Requests of the measured phase by outcome' },
        `perfgate_requests_total${labels({ ...run, outcome })} ${count}`,
      )
    for (const [cause, count] of Object.entries(result.errors))
      add(
        'perfgate_failures',
        { type: 'counter', unit: '', help: 'Failed requests by cause' },
        `perfgate_failures_total${labels({ ...run, cause })} ${count}`,
      )
    for (const [metric, values] of Object.entries(result.distributions)) {
      const known = findMetric(metric)
      const isTime = known !== undefined && factsOf(known).quantity === 'time'
      const scale = isTime ? 1000 : 1
      const name = `perfgate_${snake(metric)}${isTime ? '_seconds' : ''}`
      const facts = {
        type: 'summary' as const,
        unit: isTime ? 'seconds' : '',
        help: `Distribution of ${metric}${known === undefined ? '' : `: ${withoutStop(factsOf(known).about)}`}`,
      }
      for (const [rank, quantile] of QUANTILES)
        add(name, facts, `${name}${labels({ ...run, quantile })} ${number(values[rank] / scale)}`)
      add(name, facts, `${name}_count${labels(run)} ${values.n}`)
      add(name, facts, `${name}_sum${labels(run)} ${number((values.mean * values.n) / scale)}`)
    }
    for (const threshold of result.thresholds)
      add(
        'perfgate_threshold_kept',
        { type: 'gauge', unit: '', help: '1 when the threshold was kept, 0 when it was not' },
        `perfgate_threshold_kept${labels({ ...run, expression: thresholdName(threshold) })} ${threshold.verdict === 'pass' ? 1 : 0}`,
      )
  })
  const texts = [...families].map(([name, { type, unit, help, lines }]) =>
    [
      `# TYPE ${name} ${type}`,
      ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
      `# HELP ${name} ${escaped(help)}`,
      ...new Set(lines),
    ].join('\n'),
  )
  return `${[...texts, '# EOF'].join('\n')}\n`
}

function snake(name: string): string {
  return snakeCase(name).replace(/[^a-z0-9_]/g, '_')
}

function labels(values: Record<string, string>): string {
  return `{${Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', ' ')
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'
}
