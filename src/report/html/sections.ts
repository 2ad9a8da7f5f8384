/** The parts of a run's page that need no script: verdict, thresholds, client health, tables. */
import type { Environment, Result, Verdict } from '../../result/index.ts'
import { COST_HEAD, costRows } from '../costTable.ts'
import { figure } from '../figures.ts'
import { MARKS } from '../marks.ts'
import { percentileCells } from '../percentileTable.ts'
import { energySentence, MACHINE_HEAD, machineRows } from '../serverTable.ts'
import { summaryRows } from '../summaryTable.ts'
import { failureSentences, noteSentences, thresholdSentence, verdictSentence } from '../verdictLines.ts'
import { html, type Markup } from './markup.ts'

const RANKS = ['n', 'mean', 'stddev', 'min', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const

export function verdictBadge(verdict: Verdict): Markup {
  return html`<span class="badge ${verdict}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>`
}

/** A sentence for the place after a badge, which has its first word already. */
export function afterBadge(sentence: string): string {
  return sentence.replace(/^undecided: /, '')
}

export function verdictSection(result: Result): Markup {
  const failures = failureSentences(result, '×')
  const { thresholds, client, summary } = result
  return html`<p class="verdict">${verdictBadge(result.verdict)} <strong>${verdictSentence(result)}</strong></p>
${
  thresholds.length > 0 &&
  html`<ul class="thresholds">${thresholds.map((one) => html`<li class="${one.verdict}">${verdictBadge(one.verdict)} ${afterBadge(thresholdSentence(one))}</li>`)}</ul>`
}
${
  !client.valid &&
  html`<div class="warning"><p>The load generator was the bottleneck, so these figures are its own rather than the server’s:</p><ul>${client.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></div>`
}
${
  failures.length > 0 &&
  html`<div class="failures"><p>Failed requests (${summary.failedRequests} of ${summary.totalRequests}):</p><ul>${failures.map((line) => html`<li>${line}</li>`)}</ul></div>`
}
<ul class="notes">${noteSentences(result).map((note) => html`<li>${note}</li>`)}</ul>`
}

export function tablesSection(result: Result): Markup {
  const percentiles = percentileCells(result.percentiles, { detailed: true })
  const distributions = Object.entries(result.distributions)
  const cost = costRows(result)
  const machines = machineRows(result)
  const energy = energySentence(result)
  return html`<div class="columns">${table('Benchmarking summary', ['key', 'Value'], summaryRows(result.summary))}
${table('Percentile results (seconds)', percentiles.head, percentiles.rows)}</div>
${cost.length > 0 && table('Cost', COST_HEAD, cost)}
${machines.length > 0 && table('GPUs of the server', MACHINE_HEAD, machines)}
${energy !== undefined && html`<p>${energy}</p>`}
${
  distributions.length > 0 &&
  table(
    'Distributions (milliseconds; counts for tokens and packages; tokens per second for speeds)',
    ['', ...RANKS.map((rank) => (rank === 'p999' ? 'p99.9' : rank))],
    distributions.map(([name, values]) => [name, ...RANKS.map((rank) => figure(values[rank], 3))]),
  )
}`
}

/** How near the load generator came to its limits. */
export function clientStrip({ client }: Result): Markup {
  if (client.workers === 0) return html``
  const share = (value: number): string => `${figure(value * 100, 1)} %`
  return html`<h3>Client health</h3>
<dl class="strip ${client.valid ? 'pass' : 'invalid'}">
${gauge('CPU of the busiest load thread', client.cpuShare, share(client.cpuShare))}
${gauge('Its time at work', client.busyShare, share(client.busyShare))}
<div><dt>Event-loop delay p50 / p99 / max</dt><dd>${figure(client.eventLoopDelayMs.p50, 2)} / ${figure(client.eventLoopDelayMs.p99, 2)} / ${figure(client.eventLoopDelayMs.max, 2)} ms</dd></div>
<div><dt>Dispatch delay p99 / max</dt><dd>${figure(client.dispatchDelayMs.p99, 2)} / ${figure(client.dispatchDelayMs.max, 2)} ms</dd></div>
<div><dt>Garbage collection, all / longest</dt><dd>${figure(client.gcPauseMs.total, 1)} / ${figure(client.gcPauseMs.max, 1)} ms</dd></div>
<div><dt>Connections refused for lack of descriptors</dt><dd>${client.socketsRefused}</dd></div>
<div><dt>Harness overhead</dt><dd>${figure(client.harnessOverheadMs, 3)}${client.harnessOverheadMs !== null && ' ms'}${client.harnessOverheadAgeSeconds !== undefined && `, ${figure(client.harnessOverheadAgeSeconds, 0)} s old`}</dd></div>
<div><dt>Load threads</dt><dd>${client.workers}</dd></div>
</dl>`
}

export function environmentSection({ environment, config, startedAt, endpoint }: Result): Markup {
  return html`<details><summary>Scenario and environment</summary>
<p>Started ${startedAt} against <code>${endpoint.url}</code>; ${environmentLine(environment)}.</p>
<pre>${JSON.stringify(config, null, 2)}</pre></details>`
}

/** `perfgate 0.1.0, Node v24.0.0, Linux 6.1, …, commit 0123abc` */
export function environmentLine({ node, perfgate, os, cpu, cores, memoryGiB, ci, commit }: Environment): Markup {
  return html`perfgate ${perfgate}, Node ${node}, ${os}, ${cpu}, ${cores} cores, ${figure(memoryGiB, 1)} GiB${ci !== null && `, ${ci}`}${commit !== null && `, commit ${commit}`}`
}

/** Of a run that was compared with a stored result: with which, and whether the two were measured alike. */
export function baselineSection({ baseline }: Result): Markup {
  if (baseline === undefined) return html``
  const { name, startedAt, commit, path, unlike } = baseline
  return html`<p>Compared with baseline <strong>${name}</strong> of ${startedAt}${commit !== null && `, commit ${commit}`} (<code>${path}</code>).</p>
${unlike.length > 0 && html`<div class="warning"><p>It was measured in another environment:</p><ul>${unlike.map((one) => html`<li>${one}</li>`)}</ul></div>`}`
}

/** The first cell of each row is its head, for readers that speak it. */
export function table(title: string, head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  return html`<div class="scroll"><table><caption>${title}</caption><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`
}

/** Above 85 % a run is not believed (docs/metrics.md). */
function gauge(title: string, share: number, text: string): Markup {
  return html`<div><dt>${title}</dt><dd><meter min="0" max="1" high="0.85" optimum="0" value="${share}" aria-label="${title}">${text}</meter> ${text}</dd></div>`
}
