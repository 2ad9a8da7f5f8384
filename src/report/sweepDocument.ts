/** A sweep as a document: the overview, the latency–throughput curve, and what to make of it. */
import type { Result, SweepResult } from '../result/index.ts'
import { figure, type ReportDocument, withContent } from './document.ts'
import { overviewSection } from './runSet.ts'

/** Without a verdict of its own: its levels have theirs. */
export function sweepDocument(sweep: SweepResult): Pick<ReportDocument, 'sections'> {
  const { points, variable, knee, results } = sweep
  return {
    sections: withContent([
      overviewSection(results),
      {
        kind: 'curve',
        title: 'Latency over throughput:',
        points: points.flatMap(({ load, throughput, latencyMs }) =>
          latencyMs === null
            ? []
            : { x: throughput, y: latencyMs / 1000, label: figure(load, 3), isMarked: load === knee },
        ),
        labels: { x: 'succeeded requests per second', y: `average latency (s), each point at its ${variable}` },
      },
      { kind: 'notes', notes: adviceSentences(sweep) },
      { kind: 'notes', notes: notesOf(results) },
    ]),
  }
}

/** What to make of levels of load: the best of them, the knee, and where it is too much. */
export function adviceSentences(sweep: SweepResult): string[] {
  return [...bestLines(sweep), '', ...recommendations(sweep)]
}

/** "Best configuration": the level of the highest throughput, and that of the lowest latency. */
function bestLines({ points, variable }: SweepResult): string[] {
  const measured = points.filter((point) => point.latencyMs !== null)
  if (measured.length === 0) return ['Best configuration: none, no request succeeded.']
  const fastest = measured.reduce((best, point) => (point.throughput > best.throughput ? point : best))
  const quickest = measured.reduce((best, point) => (point.latencyMs! < best.latencyMs! ? point : best))
  return [
    'Best configuration:',
    `  Highest RPS     ${variable} ${figure(fastest.load, 3)} (${figure(fastest.throughput, 3)} requests/s)`,
    `  Lowest latency  ${variable} ${figure(quickest.load, 3)} (${figure(quickest.latencyMs! / 1000, 3)} s on average)`,
  ]
}

/** What the curve says a reader should do. */
function recommendations({ knee, saturatedFrom, points, variable, stopped, results }: SweepResult): string[] {
  const lines: string[] = []
  const at = points.find(({ load }) => load === knee)
  if (at !== undefined)
    lines.push(
      `Recommended ${variable}: about ${figure(at.load, 3)}, the knee of the curve (${figure(at.throughput, 3)} requests/s at ${figure((at.latencyMs ?? 0) / 1000, 3)} s); beyond it throughput grows less than load.`,
    )
  else if (saturatedFrom === null && points.length > 1)
    lines.push(`No knee: throughput was still growing at ${variable} ${figure(points.at(-1)!.load, 3)}; sweep higher.`)
  else lines.push('No knee was found; sweep from a lower load.')
  if (saturatedFrom !== null)
    lines.push(
      `Over-saturated from ${variable} ${figure(saturatedFrom, 3)} on: more load brings waiting instead of throughput.`,
    )
  const failing = results.filter(({ summary }) => summary.failedRequests > 0)
  if (failing.length > 0)
    lines.push(
      `Requests failed at ${failing.length} of ${results.length} levels: see the success column before trusting their latencies.`,
    )
  lines.push(`Stopped: ${stopped}.`)
  return lines
}

/** What holds for every level is said once. */
function notesOf(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ notes }) => notes))]
}
