/** The summary of a run of tests, as the body of a pull-request comment: state first, metrics where there are some. */
import { stripVTControlCharacters } from 'node:util'
import type { Result, Verdict } from '../result/index.ts'
import { plainWords, SIGNS } from './document.ts'
import {
  againstBaselines,
  brokenThresholds,
  capacityPart,
  comparedPart,
  foldedParts,
  withFolded,
} from './export/summary.ts'
import { inline, markdownTable } from './markdown.ts'
import { loadOf, METRIC_COLUMNS, type ReportSet, runCells, runTitles } from './runSet.ts'

/** `invalid` and `undecided`: the test failed because of such a run. `interrupted`: it did not end. */
export type TestState =
  | 'passed'
  | 'failed'
  | 'invalid'
  | 'undecided'
  | 'not loaded'
  | 'interrupted'
  | 'skipped'
  | 'todo'

/** A test as its framework reports it, or a whole file or group that failed. */
export interface ReportedTest {
  /** `''` where the framework has no projects, or this one has no name. */
  project: string
  file: string
  /** `describe > test`; `''` for the file as a whole. */
  name: string
  state: TestState
  /** It passed because it failed, as with `.fails` or `.failing`. */
  isExpectedToFail?: boolean
  /** Why it failed or was skipped. */
  messages: readonly string[]
  measured: ReportSet
}

/** Everything that a framework ran. */
export interface TestRun {
  tests: readonly ReportedTest[]
  /** What went wrong outside of any test. */
  errors: readonly string[]
  /** The framework ends with an error, for whatever reason. */
  isRed: boolean
}

export const NOTHING_MEASURED: ReportSet = { runs: [], comparisons: [], capacities: [] }

const RED: readonly TestState[] = ['failed', 'invalid', 'undecided', 'not loaded', 'interrupted']
const STATE_SIGNS: Record<TestState, string> = {
  passed: SIGNS.pass,
  failed: SIGNS.fail,
  invalid: SIGNS.invalid,
  undecided: SIGNS.undecided,
  'not loaded': SIGNS.fail,
  interrupted: '⏹️',
  skipped: '⏭️',
  todo: '📝',
}
/** Neither met nor not met: nothing was judged. */
const NEUTRAL = SIGNS.none
const MOST_ROWS = 200
const MOST_LINES = 100
/** Of one message. */
const SHOWN_LINES = 10

/** As frameworks show it: the name of the error, then what it says. */
export function messageOf({ name, message }: { name?: string; message: string }): string {
  const text = stripVTControlCharacters(message)
  return name === undefined || text.startsWith(`${name}: `) ? text : `${name}: ${text}`
}

/** Of a test that failed with this error. */
export function stateOfError(error: { name?: string } | undefined): TestState {
  if (error?.name === 'InvalidRunError') return 'invalid'
  return /^Undecided\w*Error$/.test(error?.name ?? '') ? 'undecided' : 'failed'
}

/** @returns Markdown with a newline at its end; red in its first line when anything in the run is */
export function renderTestRun(run: TestRun): string {
  const { tests } = run
  const shown = tests.filter((test) => test.state !== 'passed' || hasMeasured(test))
  const silent = tests.length - shown.length
  // The bad ones first where not all of them fit.
  const listed = shown.length <= MOST_ROWS ? shown : shown.toSorted(byBadness).slice(0, MOST_ROWS)
  const lines = [
    ...run.errors.map((error) => `- ${SIGNS.fail} ${told(error)}`),
    ...shown.flatMap((test) => reasons(test)),
  ]
  const sets = tests.map(({ measured }) => measured)
  const labels = tests.flatMap((test) => test.measured.runs.map(({ result }) => labelOf(test, result)))
  const all: ReportSet = {
    runs: sets.flatMap(({ runs }) => runs),
    comparisons: sets.flatMap(({ comparisons }) => comparisons),
    capacities: sets.flatMap(({ capacities }) => capacities),
  }
  const head = [
    headline(run),
    listed.length === 0 ? '' : markdownTable(['State', 'Test', ...runTitles(METRIC_COLUMNS)], listed.flatMap(rows), 2),
    [
      ...(shown.length > listed.length ? [`${shown.length - listed.length} more tests are not in this table.`] : []),
      ...(silent === 0 ? [] : [`${count(silent, 'test')} without a measurement passed.`]),
    ].join(' '),
    lines.slice(0, MOST_LINES).join('\n'),
    lines.length > MOST_LINES ? `${lines.length - MOST_LINES} more messages are in the output of the run.` : '',
    ...all.comparisons.map(comparedPart),
    ...all.capacities.map(capacityPart),
    againstBaselines(
      all.runs.map(({ result }) => result),
      labels,
    ),
  ].filter((part) => part !== '')
  return withFolded(head.join('\n\n'), foldedParts(all, labels))
}

function headline(run: TestRun): string {
  const { tests, errors } = run
  const by = Map.groupBy(tests, ({ state }) => state)
  const others = ([...RED, 'skipped', 'todo'] as const).flatMap((state) => {
    const found = by.get(state)?.length ?? 0
    return found === 0 ? [] : [`${found} ${state}`]
  })
  const { sign, word } = outcome(run)
  const counts = [
    `${by.get('passed')?.length ?? 0} of ${count(tests.length, 'test')} passed`,
    ...others,
    ...(errors.length === 0 ? [] : [count(errors.length, 'error')]),
  ]
  return `## ${sign} perfgate: ${word}, ${counts.join(', ')}${simulated(tests)}`
}

function outcome({ tests, errors, isRed }: TestRun): { sign: string; word: string } {
  if (isRed || errors.length > 0 || tests.some(({ state }) => RED.includes(state)))
    return { sign: SIGNS.fail, word: 'fail' }
  const measured = tests.filter(hasMeasured)
  if (measured.length === 0) return { sign: NEUTRAL, word: 'nothing was measured' }
  const verdicts = measured.map(verdictOf)
  for (const verdict of ['invalid', 'undecided'] as const)
    if (verdicts.includes(verdict)) return { sign: SIGNS[verdict], word: verdict }
  return verdicts.includes('pass') ? { sign: SIGNS.pass, word: 'pass' } : { sign: NEUTRAL, word: 'no gates' }
}

/** Times of the embedded server are made up: nobody is to take them for those of an endpoint. */
function simulated(tests: readonly ReportedTest[]): string {
  const measured = tests.filter(hasMeasured)
  const embedded = measured.filter(isEmbedded).length
  if (embedded === 0) return ''
  return embedded === measured.length
    ? ', against the embedded server'
    : `, ${embedded} of them against the embedded server`
}

function isEmbedded({ measured: { runs, comparisons, capacities } }: ReportedTest): boolean {
  const endpoints = [
    ...runs.map(({ result }) => result.endpoint),
    ...capacities.map(({ endpoint }) => endpoint),
    ...comparisons.flatMap(({ baseline, candidate }) => [baseline.endpoint, candidate.endpoint]),
  ]
  return endpoints.some(({ embedded }) => embedded)
}

function hasMeasured({ measured: { runs, comparisons, capacities } }: ReportedTest): boolean {
  return runs.length + comparisons.length + capacities.length > 0
}

/** The worst of what a test measured, as far as its state does not say it. `none`: it was judged by nothing. */
function verdictOf({ state, isExpectedToFail, measured }: ReportedTest): Verdict {
  const verdicts = [
    ...measured.runs.map(({ result }) => result.verdict),
    ...[...measured.comparisons, ...measured.capacities].map(({ verdict }) => verdict),
  ]
  if (verdicts.includes('invalid')) return 'invalid'
  if (state !== 'passed' || isExpectedToFail) return 'pass'
  if (verdicts.includes('undecided')) return 'undecided'
  return verdicts.some((verdict) => verdict !== 'none') ? 'pass' : 'none'
}

function stateCell(test: ReportedTest): string {
  const { state, isExpectedToFail } = test
  if (state !== 'passed' && state !== 'skipped') return `${STATE_SIGNS[state]} ${state}`
  const plain = `${STATE_SIGNS[state]} ${isExpectedToFail && state === 'passed' ? 'failed as expected' : state}`
  if (!hasMeasured(test)) return plain
  const verdict = verdictOf(test)
  if (verdict === 'none') return `${NEUTRAL} ${state}, no gates`
  return verdict === 'invalid' || verdict === 'undecided' ? `${SIGNS[verdict]} ${state}, ${verdict} run` : plain
}

/** One row for each level of load, or one without metrics. */
function rows(test: ReportedTest): string[][] {
  const state = stateCell(test)
  const where = isEmbedded(test) ? ' (embedded server)' : ''
  const { runs } = test.measured
  if (runs.length === 0) return [[state, `${labelOf(test)}${where}`, ...METRIC_COLUMNS.map(() => '')]]
  return runs.map(({ result }) => [state, `${labelOf(test, result)}${where}`, ...runCells(result, METRIC_COLUMNS)])
}

/** `[project] file > name`, with the load where a test has several. */
function labelOf({ project, file, name, measured }: ReportedTest, result?: Result): string {
  const level = result !== undefined && measured.runs.length > 1 ? `, ${loadOf(result)}` : ''
  const place = project === '' ? file : `[${project}] ${file}`
  return plainWords(`${name === '' ? place : `${place} > ${name}`}${level}`)
}

function reasons(test: ReportedTest): string[] {
  const { state, isExpectedToFail, messages, measured } = test
  const said = messages.map((message) => `- ${STATE_SIGNS[state]} ${inline(labelOf(test))}: ${told(message)}`)
  if (said.length > 0 || state !== 'passed' || isExpectedToFail) return said
  // It passed all the same, because of `onInvalid` or `onUndecided`.
  const results = measured.runs.map(({ result }) => result)
  const lines = brokenThresholds(
    results,
    results.map((result) => labelOf(test, result)),
  )
  return lines === '' ? [] : [lines]
}

/** The lines of a message, as one item of a list; those of a stack left out. */
function told(message: string): string {
  const lines = message
    .split(/\r?\n/)
    .map((line) => ({ line: plainWords(line), isFrame: /^\s+at .+[:(]/.test(line) }))
    .filter(({ line, isFrame }) => line !== '' && !isFrame)
    .map(({ line }) => inline(line))
  const rest = lines.length - SHOWN_LINES
  return [...lines.slice(0, SHOWN_LINES), ...(rest > 0 ? [`and ${rest} more lines`] : [])].join('<br>')
}

function byBadness(a: ReportedTest, b: ReportedTest): number {
  const rank = ({ state }: ReportedTest): number => (RED.includes(state) ? 0 : 1)
  return rank(a) - rank(b)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
