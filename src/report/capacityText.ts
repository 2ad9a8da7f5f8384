/** What a capacity search found, as text: the steps it tried, the answer for each criterion, and the gate. */
import type { CapacityCriterion, CapacityResult, CapacityStep } from '../result/index.ts'
import { coloured, VERDICT_COLOURS } from './colour.ts'
import { figure } from './figures.ts'
import { code, inline, table } from './markdown.ts'
import { markOf, SIGNS } from './marks.ts'
import { shareCell } from './overviewTable.ts'
import { plainWords } from './serverWords.ts'
import { drawTable } from './tables.ts'
import { PLAIN_STYLE, type TerminalStyle } from './terminal.ts'
import { ON_EMBEDDED } from './verdictLines.ts'
import { wrapText } from './wrapping.ts'

export const STEPS_TITLE = 'Capacity search, levels tried:'
export const CAPACITY_TITLE = 'Max satisfied:'

/** @returns lines without a newline at the end */
export function renderCapacity(capacity: CapacityResult, style: Partial<TerminalStyle> = {}): string {
  const terminal = { ...PLAIN_STYLE, ...style }
  const parts = [
    `${coloured('bold', STEPS_TITLE, terminal)}\n${drawTable({ ...stepCells(capacity), align: 'center', ruled: false }, terminal)}`,
    `${coloured('bold', CAPACITY_TITLE, terminal)}\n${drawTable({ ...criterionCells(capacity), align: 'left', ruled: false }, terminal)}`,
    verdictText(capacity, terminal),
    capacity.notes.flatMap((note) => wrapText(note, terminal.columns, 2)).join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** GitHub-flavoured Markdown with a newline at its end: the verdict first, then the answer, then the steps. */
export function renderCapacityMarkdown(capacity: CapacityResult): string {
  const { name, verdict, gate, notes, startedAt, endpoint } = capacity
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n')
  const answers = criterionCells(capacity)
  const steps = stepCells(capacity)
  const parts = [
    `## ${SIGNS[verdict]} ${inline(plainWords(name))}`,
    `**${inline(capacitySentence(capacity))}**`,
    list(gate.map((one) => `${SIGNS[one.verdict]} ${inline(one.message)}`)),
    `### ${CAPACITY_TITLE}\n\n${table(answers.head, answers.rows)}`,
    `### ${STEPS_TITLE}\n\n${table(steps.head, steps.rows)}`,
    list(notes.map(inline)),
    `Started ${startedAt} against ${code(endpoint.url)}.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
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

/** Titles and rows, the levels in ascending order. */
export function stepCells({ variable, steps, criteria }: CapacityResult): { head: string[]; rows: string[][] } {
  const held = criteria.length === 1 ? ['Holds'] : criteria.map((_, i) => `Holds ${i + 1}`)
  return {
    head: [variable, 'Requests', 'RPS', 'tok/s', 'Avg lat (s)', 'P99 lat (s)', 'TTFT (s)', 'Success', ...held],
    rows: steps.toSorted((a, b) => a.level - b.level).map((step) => stepRow(step, criteria)),
  }
}

function stepRow(step: CapacityStep, criteria: readonly CapacityCriterion[]): string[] {
  return [
    String(step.level),
    String(step.totalRequests),
    figure(step.qps, 2),
    figure(step.outputTokensPerSecond, 1),
    figure(step.latencySeconds, 3),
    figure(step.p99LatencySeconds, 3),
    figure(step.ttftSeconds, 3),
    shareCell(step.totalRequests - step.failedRequests, step.totalRequests),
    ...criteria.map(({ kind, maxSatisfied }, i) =>
      !step.clientValid
        ? 'unknown'
        : kind === 'limit'
          ? yesOrNo(step.satisfied[i])
          : step.level === maxSatisfied
            ? 'best'
            : '',
    ),
  ]
}

function yesOrNo(holds: boolean | undefined): string {
  return holds ? 'yes' : 'no'
}

/** EvalScope's columns. */
export function criterionCells({ variable, criteria }: CapacityResult): { head: string[]; rows: string[][] } {
  return {
    head: ['Criteria', 'Variable', 'Max Satisfied', 'Note'],
    rows: criteria.map((criterion) => [
      criterion.expression,
      variable,
      criterion.maxSatisfied === null ? 'None' : String(criterion.maxSatisfied),
      noteCell(criterion),
    ]),
  }
}

function noteCell({ note, values }: CapacityCriterion): string {
  const measured = values.map(({ key, value, unit }) => `${key} ${figure(value, 3)} ${unit}`.trimEnd())
  return measured.length === 0 ? note : `${note}; ${measured.join(', ')}`
}

function verdictText({ gate, verdict, unfinished }: CapacityResult, style: TerminalStyle): string {
  if (gate.length === 0 && verdict === 'pass') return ''
  const why = gate.length > 0 ? '' : unfinished === null ? ', no level holds' : `, ${unfinished}`
  return [
    coloured(VERDICT_COLOURS[verdict], `Verdict: ${verdict}${why}`, style),
    ...gate.map(({ verdict: one, message }) => {
      return `  ${coloured(VERDICT_COLOURS[one], markOf(one, style), style)} ${message}`
    }),
  ].join('\n')
}
