/** Writes docs/reference/metrics.md from METRICS: `npm run docs:metrics`. */
import { QUANTITIES } from '../src/gates/index.ts'
import { DISTRIBUTION_NAMES, factsOf, type MetricName, SCALAR_NAMES } from '../src/metrics/index.ts'
import { cell } from './markdown.ts'

/** What one value belongs to. */
const OF: Record<ReturnType<typeof factsOf>['of'], string> = {
  request: 'a succeeded request',
  gap: 'a gap between output events',
  attempt: 'a request, failed ones too',
  connection: 'a new connection',
  conversation: 'a completed conversation',
  run: 'the run',
}

/** The page: metrics with many values, then those of a whole run. */
export function metricsPage(): string {
  return `# Metrics

Written from the table of metrics by \`npm run docs:metrics\`; a test keeps it current.
[What every figure means](../metrics.md) explains the formulas and the timestamps behind them.

A threshold takes a metric by its name or by any alias. The aliases are the names of EvalScope, vLLM bench, GuideLLM,
AIPerf and k6; the formula is always perfgate's.

## Metrics with many values

Name a statistic of them: \`p99(latency)\`, \`avg(ttft)\`, or \`p99_ttft\` as EvalScope writes it.

${tableOf(DISTRIBUTION_NAMES)}

## Metrics of a whole run

Write them alone: \`qps >= 4\`.

${tableOf(SCALAR_NAMES)}
`
}

function tableOf(names: readonly MetricName[]): string {
  const rows = names.map((name) => {
    const { quantity, better, of, about, aliases, compare } = factsOf(name)
    const comparable = compare === 'none' ? 'no' : 'yes'
    const words = aliases.map((alias) => `\`${alias}\``).join(', ')
    return `| \`${name}\` | ${QUANTITIES[quantity].own} | ${better} | ${OF[of]} | ${comparable} | ${cell(about)} | ${words} |`
  })
  return `| metric | unit | better | one value of | in comparisons | what it is | aliases |\n| --- | --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`
}
