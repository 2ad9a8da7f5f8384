/** What follows the tables: thresholds, whether the run can be believed, failures, and what a reader must know. */
import type { Result, ThresholdResult } from '../result/index.ts'
import { coloured, VERDICT_COLOURS } from './colour.ts'
import { figure } from './figures.ts'
import { markOf } from './marks.ts'
import { plainWords } from './serverWords.ts'
import { PLAIN_STYLE, plainText, type TerminalStyle } from './terminal.ts'
import { wrapText } from './wrapping.ts'

/** Distinct failures shown; the JSON has all that were kept. */
const SHOWN_FAILURES = 10

/** Lines no wider than the terminal, unless one word alone is. */
export function verdictLines(result: Result, style: TerminalStyle = PLAIN_STYLE): string[] {
  const sections = [
    thresholdLines(result, style),
    clientLines(result, style),
    failureLines(result, style),
    noteLines(result, style),
  ]
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
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
    return client.broken === undefined ? 'invalid, the client was the bottleneck' : `invalid, ${client.broken}`
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

/** The whole story of a threshold, as the gate told it, or from its figures. */
export function thresholdSentence(threshold: ThresholdResult): string {
  const { expression, message, actual, unit, interval, n } = threshold
  if (message !== '') return message
  if (actual === null) return `${expression}: nothing was measured`
  const range = interval === undefined ? '' : ` [${bound(interval[0])}, ${bound(interval[1])}]`
  const measured = `${figure(actual, 4)} ${unit}`.trimEnd()
  return `${expression}: ${measured}${range}, n ${n}`
}

/** `2 x http-5xx (HTTP 503): what the server said`, most frequent first. */
export function failureSentences({ errors, failures }: Result, times = 'x'): string[] {
  const told = new Map<string, number>()
  const sentences = failures
    .toSorted((a, b) => b.count - a.count)
    .map(({ cause, status, message, count }) => {
      told.set(cause, (told.get(cause) ?? 0) + count)
      const words = plainWords(message)
      return `${count} ${times} ${cause}${status === null ? '' : ` (HTTP ${status})`}${words === '' ? '' : `: ${words}`}`
    })
  const untold = Object.entries(errors).flatMap(([cause, count]) => {
    const rest = count - (told.get(cause) ?? 0)
    return rest > 0 ? `${rest} ${times} ${cause}${told.has(cause) ? ', in other words' : ''}` : []
  })
  const all = [...sentences, ...untold]
  return all.length <= SHOWN_FAILURES
    ? all
    : [...all.slice(0, SHOWN_FAILURES), `and ${all.length - SHOWN_FAILURES} more kinds, see the result JSON`]
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

function thresholdLines(result: Result, style: TerminalStyle): string[] {
  if (result.verdict === 'none') return []
  const [first, ...rest] = wrapText(`Verdict: ${verdictSentence(result)}`, style.columns, 2)
  return [
    coloured(VERDICT_COLOURS[result.verdict], first!, style),
    ...rest,
    ...result.thresholds.flatMap((threshold) => {
      const { verdict } = threshold
      const mark = coloured(VERDICT_COLOURS[verdict], markOf(verdict, style), style)
      return marked(mark, plainText(thresholdSentence(threshold), style), style)
    }),
  ]
}

function clientLines({ client, verdict }: Result, style: TerminalStyle): string[] {
  if (client.valid) return []
  const warning =
    client.broken !== undefined
      ? 'Client health: part of the load was not sent, so these figures are not those of the run that was asked for:'
      : 'Client health: the load generator was the bottleneck, so these figures are its own rather than the server’s' +
        `${verdict === 'invalid' ? '' : ' (a warning only, because of onInvalid)'}:`
  const [first, ...rest] = wrapText(plainText(warning, style), style.columns)
  return [
    ...[first!, ...rest].map((line) => coloured('yellow', line, style)),
    ...client.reasons.flatMap((reason) => marked('-', plainText(reason, style), style)),
  ]
}

function failureLines(result: Result, style: TerminalStyle): string[] {
  const { failedRequests, totalRequests, succeededRequests } = result.summary
  if (failedRequests === 0) return []
  const all = succeededRequests === 0 ? 'Every request failed' : 'Failed requests'
  return [
    coloured('red', `${all} (${failedRequests} of ${totalRequests}):`, style),
    ...failureSentences(result, style.unicode ? '×' : 'x').flatMap((line) =>
      marked('-', plainText(line, style), style),
    ),
  ]
}

function noteLines(result: Result, style: TerminalStyle): string[] {
  return noteSentences(result).flatMap((note) => wrapText(plainText(note, style), style.columns, 2))
}

function marked(mark: string, text: string, style: TerminalStyle): string[] {
  const [first, ...rest] = wrapText(text, style.columns - 4)
  return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)]
}

function bound(value: number | null): string {
  return value === null ? 'unbounded' : figure(value, 4)
}
