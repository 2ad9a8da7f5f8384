/** A capacity search as a document: the verdict, the answer for each criterion, the levels that were tried. */
import type { CapacityCriterion, CapacityResult, CapacityStep } from '../result/index.ts'
import { figure, type ReportDocument, shareText, type TableSection, tableOf, withContent } from './document.ts'
import { ON_EMBEDDED } from './runDocument.ts'

export function capacityDocument(capacity: CapacityResult): ReportDocument {
  const { name, verdict, gate, notes, startedAt, endpoint, environment, config } = capacity
  return {
    name,
    verdict,
    sections: withContent([
      { kind: 'verdict', verdict, sentence: capacitySentence(capacity) },
      { kind: 'gates', gates: gate },
      stepSection(capacity),
      criterionSection(capacity),
      { kind: 'notes', notes },
      {
        kind: 'origin',
        origin: { startedAt, targets: [['against', endpoint.url]], environment, config },
        isDetail: true,
      },
    ]),
  }
}

/** One sentence, for instance `pass, maxParallel 16 with p99_latency <= 0.5 s`. */
export function capacitySentence({ verdict, criteria, gate, variable, unfinished, endpoint }: CapacityResult): string {
  const most = variable === 'parallel' ? 'maxParallel' : 'maxRate'
  const found = criteria.map(
    ({ expression, maxSatisfied, atUpperBound }) =>
      `${most} ${maxSatisfied === null ? 'none' : `${atUpperBound ? 'at least ' : ''}${maxSatisfied}`} with ${expression}`,
  )
  const why = unfinished === null || gate.length > 0 ? '' : ` (${unfinished})`
  return `${verdict}, ${found.join('; ')}${why}${endpoint.embedded ? ON_EMBEDDED : ''}`
}

/** "Capacity search, levels tried:", in ascending order; the last column is the place in which a level was tried. */
function stepSection({ variable, steps, criteria }: CapacityResult): TableSection {
  const holds = criteria.length === 1 ? ['Holds'] : criteria.map((_, i) => `Holds ${i + 1}`)
  const titles = [
    variable,
    'Requests',
    'RPS',
    'tok/s',
    'Avg lat (s)',
    'P99 lat (s)',
    'TTFT (s)',
    'Success',
    ...holds,
    { title: 'Tried as', isDetail: true },
  ]
  const rows = steps
    .map((step, i) => ({ step, cells: [...stepCells(step, criteria), String(i + 1)] }))
    .toSorted((a, b) => a.step.level - b.step.level)
    .map(({ cells }) => cells)
  return { kind: 'table', title: 'Capacity search, levels tried:', table: tableOf(titles, rows), layout: 'center' }
}

function stepCells(step: CapacityStep, criteria: readonly CapacityCriterion[]): string[] {
  return [
    String(step.level),
    String(step.totalRequests),
    figure(step.qps, 2),
    figure(step.outputTokensPerSecond, 1),
    figure(step.latencySeconds, 3),
    figure(step.p99LatencySeconds, 3),
    figure(step.ttftSeconds, 3),
    shareText(step.totalRequests - step.failedRequests, step.totalRequests),
    ...criteria.map((criterion, i) => holdsCell(step, criterion, i)),
  ]
}

function holdsCell({ clientValid, satisfied, level }: CapacityStep, criterion: CapacityCriterion, i: number): string {
  if (!clientValid) return 'unknown'
  if (criterion.kind === 'limit') return satisfied[i] ? 'yes' : 'no'
  return level === criterion.maxSatisfied ? 'best' : ''
}

/** "Max satisfied:", with EvalScope's columns. */
export function criterionSection({ variable, criteria }: CapacityResult): TableSection {
  const rows = criteria.map((criterion) => [
    criterion.expression,
    variable,
    criterion.maxSatisfied === null ? 'None' : String(criterion.maxSatisfied),
    noteCell(criterion),
  ])
  const titles = ['Criteria', 'Variable', 'Max Satisfied', 'Note']
  return { kind: 'table', title: 'Max satisfied:', table: tableOf(titles, rows), layout: 'left' }
}

function noteCell({ note, values }: CapacityCriterion): string {
  const measured = values.map(({ key, value, unit }) => `${key} ${figure(value, 3)} ${unit}`.trimEnd())
  return measured.length === 0 ? note : `${note}; ${measured.join(', ')}`
}
