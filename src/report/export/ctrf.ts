/** Common Test Report Format: each threshold of each run is a test, a run without thresholds is one itself. */
import { createHash } from 'node:crypto'
import type { Result, Verdict } from '../../result/index.ts'
import { labelsOf } from '../reportRun.ts'
import { plainWords } from '../serverWords.ts'
import { failureSentences, shownVerdict, thresholdSentence, verdictSentence } from '../verdictLines.ts'
import { summaryGauges } from './figures.ts'
import type { ExportFormat } from './format.ts'

export const ctrf: ExportFormat = {
  name: 'ctrf',
  description: 'Common Test Report Format (JSON): thresholds as tests',
  joins: true,
  needsRequests: false,
  write: (runs) => [
    { ending: '.ctrf.json', content: `${JSON.stringify(reportOf(runs.map(({ result }) => result)), null, 2)}\n` },
  ],
}

type Status = 'passed' | 'failed' | 'other'

/** Undecided and invalid are no failures of the endpoint, and no passes either. */
const STATUS: Record<Verdict, Status> = { pass: 'passed', fail: 'failed', undecided: 'other', invalid: 'other' }

interface CtrfTest {
  name: string
  status: Status
  duration: number
  suite: string[]
  message: string
  rawStatus: string
  start: number
  stop: number
  extra: Record<string, unknown>
}

function reportOf(results: readonly Result[]): object {
  const labels = labelsOf(results)
  const tests = results.flatMap((result, i) => testsOf(result, labels[i]!))
  const counted = (status: Status): number => tests.filter((test) => test.status === status).length
  const { perfgate = '' } = results[0]?.environment ?? {}
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    reportId: uuidOf(results),
    timestamp: new Date(Math.max(0, ...tests.map(({ stop }) => stop))).toISOString(),
    generatedBy: 'perfgate',
    results: {
      tool: { name: 'perfgate', version: perfgate },
      summary: {
        tests: tests.length,
        passed: counted('passed'),
        failed: counted('failed'),
        pending: 0,
        skipped: 0,
        other: counted('other'),
        start: Math.min(...tests.map(({ start }) => start)),
        stop: Math.max(...tests.map(({ stop }) => stop)),
      },
      tests,
      environment: { extra: { ...results[0]?.environment } },
    },
  }
}

function testsOf(result: Result, label: string): CtrfTest[] {
  const start = Date.parse(result.startedAt)
  const duration = Math.round(result.summary.timeTakenSeconds * 1000)
  const common = { duration, suite: [label], start, stop: start + duration }
  const extra = {
    endpoint: result.endpoint.url,
    ...Object.fromEntries(summaryGauges(result).map(({ name, value }) => [name, value])),
    failures: failureSentences(result, '×'),
  }
  const whole = shownVerdict(result)
  // An invalid run was not judged, whatever its thresholds say.
  const decided = (verdict: Verdict): Verdict => (whole === 'invalid' ? 'invalid' : verdict)
  const tests = result.thresholds.map((threshold): CtrfTest => {
    const verdict = decided(threshold.verdict)
    const { actual, limit, unit, n, interval } = threshold
    return {
      ...common,
      name: threshold.expression,
      status: STATUS[verdict],
      rawStatus: verdict,
      message: plainWords(thresholdSentence(threshold)),
      extra: { ...extra, actual, limit, unit, n, ...(interval === undefined ? {} : { interval }) },
    }
  })
  const needsOne = tests.length === 0 || (whole === 'fail' && !tests.some(({ status }) => status === 'failed'))
  return needsOne
    ? [
        ...tests,
        {
          ...common,
          name: `${label}: run`,
          status: STATUS[whole],
          rawStatus: whole,
          message: verdictSentence(result),
          extra,
        },
      ]
    : tests
}

/** The same results have the same id (a UUID of version 5's form). */
function uuidOf(results: readonly Result[]): string {
  const hex = createHash('sha256').update(JSON.stringify(results)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
