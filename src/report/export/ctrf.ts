/**
 * Common Test Report Format: each threshold of a run, each figure of a comparison and each gate of a capacity search is
 * a test; a run without thresholds and a search without a gate are one themselves.
 */
import { createHash } from 'node:crypto'
import type { CapacityResult, ComparisonResult, Environment, Result, Verdict } from '../../result/index.ts'
import { capacitySentence } from '../capacityDocument.ts'
import { comparedFailures, comparisonSentence } from '../comparisonDocument.ts'
import { plainWords } from '../document.ts'
import { failureSentences, thresholdSentence, verdictSentence } from '../runDocument.ts'
import { labelsOf, type ReportSet } from '../runSet.ts'
import type { ExportFormat } from './format.ts'
import { summaryGauges } from './metrics.ts'

export const ctrf: ExportFormat = {
  name: 'ctrf',
  description: 'Common Test Report Format (JSON): thresholds as tests',
  joins: true,
  needsRequests: false,
  write: (runs, { comparisons, capacities }) => [
    { ending: '.ctrf.json', content: `${JSON.stringify(reportOf({ runs, comparisons, capacities }), null, 2)}\n` },
  ],
}

type Status = 'passed' | 'failed' | 'other'

/** Undecided and invalid are no failures of the endpoint, and no passes either. */
const STATUS: Record<Verdict, Status> = {
  pass: 'passed',
  fail: 'failed',
  undecided: 'other',
  invalid: 'other',
  none: 'other',
}

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

function reportOf({ runs, comparisons, capacities }: ReportSet): object {
  const results = runs
    .filter(({ isPart }) => !isPart || comparisons.length + capacities.length === 0)
    .map(({ result }) => result)
  const labels = labelsOf(results)
  const tests = [
    ...results.flatMap((result, i) => testsOf(result, labels[i]!)),
    ...comparisons.flatMap(comparedTests),
    ...capacities.flatMap(capacityTests),
  ]
  const all: { environment: Environment }[] = [...results, ...comparisons, ...capacities]
  const counted = (status: Status): number => tests.filter((test) => test.status === status).length
  const { perfgate = '' } = all[0]?.environment ?? {}
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    reportId: uuidOf(all),
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
      environment: { extra: { ...all[0]?.environment } },
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
    failures: failureSentences(result),
  }
  const whole = result.verdict
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

function comparedTests(comparison: ComparisonResult): CtrfTest[] {
  const { name, startedAt, baseline, candidate, regressions, thresholds, verdict: whole } = comparison
  const start = Date.parse(startedAt)
  const duration = Math.round((baseline.seconds + candidate.seconds) * 1000)
  const common = { duration, suite: [name], start, stop: start + duration }
  const endpoints = { baseline: baseline.endpoint.url, candidate: candidate.endpoint.url }
  const isInvalid = comparison.verdict === 'invalid'
  const tests = regressions.map(({ expression, message, verdict, ...figures }): CtrfTest => {
    const decided = isInvalid ? 'invalid' : verdict
    const { baseline: before, candidate: after, unit, change, relative, tolerance, n, blocks, confidence } = figures
    return {
      ...common,
      name: expression,
      status: STATUS[decided],
      rawStatus: decided,
      message,
      extra: { ...endpoints, before, after, unit, change, relative, tolerance, n, blocks, confidence },
    }
  })
  const isTold = whole !== 'fail' || regressions.some(({ verdict }) => verdict === 'fail')
  if (!isInvalid && isTold) return tests
  const reasons = [...baseline.client.reasons, ...candidate.client.reasons]
  const broken = thresholds.filter(({ verdict }) => verdict === 'fail').map(({ message }) => message)
  const message = [comparisonSentence(comparison), ...reasons, ...broken, ...comparedFailures(comparison)].join('; ')
  return [
    ...tests,
    { ...common, name: `${name}: comparison`, status: STATUS[whole], rawStatus: whole, message, extra: endpoints },
  ]
}

function capacityTests(capacity: CapacityResult): CtrfTest[] {
  const { name, startedAt, endpoint, gate, verdict, criteria, variable, steps } = capacity
  const start = Date.parse(startedAt)
  // When each level ended is not kept: the requests and their rate give the time they took.
  const duration = Math.round(
    steps.reduce((sum, { totalRequests, qps }) => sum + (qps > 0 ? totalRequests / qps : 0), 0) * 1000,
  )
  const common = { duration, suite: [name], start, stop: start + duration }
  const extra = { endpoint: endpoint.url, variable, criteria, levels: steps.map(({ level }) => level) }
  if (gate.length === 0) {
    const message = capacitySentence(capacity)
    return [{ ...common, name: `${name}: capacity`, status: STATUS[verdict], rawStatus: verdict, message, extra }]
  }
  return gate.map((one): CtrfTest => {
    const decided = verdict === 'invalid' ? 'invalid' : one.verdict
    const { expression, message, actual, limit } = one
    const status = STATUS[decided]
    return { ...common, name: expression, status, rawStatus: decided, message, extra: { ...extra, actual, limit } }
  })
}

/** The same results have the same id (a UUID of version 5's form). */
function uuidOf(results: readonly object[]): string {
  const hex = createHash('sha256').update(JSON.stringify(results)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
