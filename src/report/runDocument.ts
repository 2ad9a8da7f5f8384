/** A run as a document: its verdict and gates, what went wrong, its tables, and what a reader must know. */
import type { Result, ThresholdResult } from '../result/index.ts'
import {
  environmentSentence,
  type Fact,
  figure,
  type Origin,
  plainWords,
  type ReportDocument,
  type Section,
  withContent,
} from './document.ts'
import { resultTables } from './resultTables.ts'

export function runDocument(result: Result): ReportDocument {
  const { name, verdict, thresholds, client, summary } = result
  return {
    name,
    verdict,
    sections: withContent([
      { kind: 'verdict', verdict, sentence: verdictSentence(result) },
      {
        kind: 'gates',
        gates: thresholds.map((one) => ({ verdict: one.verdict, message: thresholdSentence(one) })),
      },
      { kind: 'list', tone: 'warning', title: clientWarning(result), items: client.valid ? [] : client.reasons },
      { kind: 'list', tone: 'failure', title: failureTitle(summary), items: failureSentences(result) },
      ...resultTables(result),
      clientFacts(result),
      { kind: 'notes', notes: noteSentences(result) },
      { kind: 'origin', origin: originOf(result), isDetail: true },
      { kind: 'files', files: filesOf(result) },
    ]),
  }
}

/** Ends a verdict on what the embedded server did: no reader may take it for one on an endpoint. */
export const ON_EMBEDDED = ' (embedded server, simulated timing)'

/** One sentence, for instance `fail, 1 of 2 thresholds broken`; it names the embedded server. */
export function verdictSentence(result: Result): string {
  return `${sentenceOf(result)}${result.endpoint.embedded ? ON_EMBEDDED : ''}`
}

function sentenceOf(result: Result): string {
  const { verdict, thresholds, summary, client } = result
  if (verdict === 'invalid')
    return client.broken !== undefined
      ? `invalid, ${client.broken}`
      : client.valid
        ? `invalid, the client's lateness decides ${thresholds.filter((one) => one.verdict === 'invalid').length} of ${thresholds.length} thresholds`
        : 'invalid, the client was the bottleneck'
  if (verdict === 'undecided' && result.interrupted) return `incomplete, ${cutShort(summary)}`
  if (summary.succeededRequests === 0) return `${verdict}, no request succeeded`
  if (verdict === 'none') return 'none, no thresholds were set'
  const counted = thresholds.filter((threshold) => threshold.verdict === verdict).length
  const ofAll = `${counted} of ${thresholds.length} ${thresholds.length === 1 ? 'threshold' : 'thresholds'}`
  if (verdict === 'fail') return `fail, ${ofAll} broken`
  if (verdict === 'undecided') return `undecided, ${ofAll} not decided`
  return `pass, ${ofAll} kept`
}

function cutShort({ totalRequests, expectedRequests }: Result['summary']): string {
  const of = expectedRequests === null ? '' : ` of ${expectedRequests}`
  return `the run was cut short after ${totalRequests}${of} requests`
}

/** The whole story of a threshold, as the gate told it, or from its values. */
export function thresholdSentence(threshold: ThresholdResult): string {
  const { expression, message, actual, unit, interval, n } = threshold
  if (message !== '') return message
  if (actual === null) return `${expression}: nothing was measured`
  const range = interval === undefined ? '' : ` [${bound(interval[0])}, ${bound(interval[1])}]`
  const measured = `${figure(actual, 4)} ${unit}`.trimEnd()
  return `${expression}: ${measured}${range}, n ${n}`
}

function bound(value: number | null): string {
  return value === null ? 'unbounded' : figure(value, 4)
}

function clientWarning({ client, verdict }: Result): string {
  if (client.broken !== undefined)
    return 'Client health: part of the load was not sent, so these figures are not those of the run that was asked for:'
  const judged = verdict === 'invalid' ? '' : ' (a warning only, because of onInvalid)'
  return `Client health: the load generator was the bottleneck, so these figures are its own rather than the server’s${judged}:`
}

function failureTitle({ failedRequests, totalRequests, succeededRequests }: Result['summary']): string {
  const all = succeededRequests === 0 ? 'Every request failed' : 'Failed requests'
  return `${all} (${failedRequests} of ${totalRequests}):`
}

/** Distinct failures shown; the JSON has all that were kept. */
const SHOWN_FAILURES = 10

/** `2 × http-5xx (HTTP 503): what the server said`, most frequent first. */
export function failureSentences({ errors, failures }: Pick<Result, 'errors' | 'failures'>): string[] {
  const told = new Map<string, number>()
  for (const { cause, count } of failures) told.set(cause, (told.get(cause) ?? 0) + count)
  const untold = Object.entries(errors).flatMap(([cause, count]) => {
    const rest = count - (told.get(cause) ?? 0)
    return rest > 0 ? `${rest} × ${cause}${told.has(cause) ? ', in other words' : ''}` : []
  })
  const all = [...failures.toSorted((a, b) => b.count - a.count).map(failureSentence), ...untold]
  return all.length <= SHOWN_FAILURES
    ? all
    : [...all.slice(0, SHOWN_FAILURES), `and ${all.length - SHOWN_FAILURES} more kinds, see the result JSON`]
}

export function failureSentence({ cause, status, message, count }: Result['failures'][number]): string {
  const words = plainWords(message)
  return `${count} × ${cause}${status === null ? '' : ` (HTTP ${status})`}${words === '' ? '' : `: ${words}`}`
}

/** The notes of a result, and what its endpoint and its client add to them. */
export function noteSentences({ endpoint, notes, client }: Result): string[] {
  const embedded = `Measured against the embedded server at ${endpoint.url}, not a real model.`
  // The pipeline says the same in its own words.
  const isSaid = notes.some((note) => note.includes(endpoint.url))
  const overhead = client.harnessOverheadMs
  const age = client.harnessOverheadAgeSeconds
  const ago = age !== undefined && (age < 60 ? `${age} s` : `${Math.round(age / 60)} min`)
  const when = ago ? `, measured on this machine ${ago} ago` : ''
  return [
    ...(endpoint.embedded && !isSaid ? [embedded] : []),
    ...notes,
    ...(overhead === null
      ? []
      : [`Harness overhead: ${figure(overhead, 3)} ms (median latency of an instant answer on loopback${when}).`]),
  ]
}

/** How near the load generator came to its limits. */
function clientFacts({ client }: Result): Section | undefined {
  if (client.workers === 0) return undefined
  const { eventLoopDelayMs: loop, dispatchDelayMs: dispatch, gcPauseMs: gc } = client
  const share = (name: string, value: number): Fact => ({ name, text: `${figure(value * 100, 1)} %`, share: value })
  const overhead = client.harnessOverheadMs === null ? 'n/a' : `${figure(client.harnessOverheadMs, 3)} ms`
  const age = client.harnessOverheadAgeSeconds
  const facts: Fact[] = [
    share('CPU of the busiest load thread', client.cpuShare),
    share('Its time at work', client.busyShare),
    {
      name: 'Event-loop delay p50 / p99 / max',
      text: `${figure(loop.p50, 2)} / ${figure(loop.p99, 2)} / ${figure(loop.max, 2)} ms`,
    },
    { name: 'Dispatch delay p99 / max', text: `${figure(dispatch.p99, 2)} / ${figure(dispatch.max, 2)} ms` },
    { name: 'Garbage collection, all / longest', text: `${figure(gc.total, 1)} / ${figure(gc.max, 1)} ms` },
    { name: 'Connections refused for lack of descriptors', text: String(client.socketsRefused) },
    { name: 'Harness overhead', text: `${overhead}${age === undefined ? '' : `, ${figure(age, 0)} s old`}` },
    { name: 'Load threads', text: String(client.workers) },
  ]
  return { kind: 'facts', title: 'Client health', verdict: client.valid ? 'pass' : 'invalid', facts, isDetail: true }
}

function originOf({ startedAt, endpoint, environment, config }: Result): Origin {
  return { startedAt, targets: [['against', endpoint.url]], environment, config }
}

/** `Started … against …; perfgate 0.1.0, Node 24.0.0, …` */
export function originWords({ startedAt, targets, environment }: Origin, address: (url: string) => string): string {
  const sides = targets.map(([word, url]) => `${word} ${address(url)}`).join(', ')
  return `Started ${startedAt} ${sides}; ${environmentSentence(environment)}.`
}

function filesOf({ summary }: Result): [label: string, path: string][] {
  const db = summary.resultDbPath
  return db === null
    ? []
    : [
        ['Result DB', db],
        ['Result JSON', `${db.replace(/\.db$/, '')}.json`],
      ]
}
