/** A gate is judged at both ends of what the errors of the client's timestamps leave open. */
import { describe, expect, test } from 'vitest'
import { decideVerdict, evaluateThresholds, isAccepted, parseExpression } from '../../src/gates/index.ts'
import type { MetricsView } from '../../src/metrics/index.ts'
import type { ThresholdResult } from '../../src/result/index.ts'
import { measured, spreadOut } from './measured.ts'

/** A hundred values, of which the errors of some leave open that they are `lateMs` smaller. */
function late(values: readonly number[], lateMs: (value: number) => number): MetricsView {
  const view = (list: readonly number[]): MetricsView =>
    measured({ values: { ttft: list }, scalars: { totalRequests: list.length, succeededRequests: list.length } })
  return { ...view(values), bounds: { low: view(values.map((value) => value - lateMs(value))), high: view(values) } }
}

const judge = (text: string, view: MetricsView, options = {}): ThresholdResult =>
  evaluateThresholds(parseExpression(text), view, options)[0]!

/** 1 to 100 ms: p95 is the 96th smallest. A client that was 20 ms late for those above 90 ms leaves 86 of them below 86 ms. */
const values = spreadOut(100, 37)
const view = late(values, (value) => (value > 90 ? 20 : 0))

describe('a gate whose value may be too large', () => {
  test.each([
    // Measured 96. Less their errors 91…100 are 71…80, so the 96th smallest of 1…90 and 71…80 is 86.
    ['p95(ttft) <= 96 ms', 'pass', [86, 96]],
    ['p95(ttft) <= 200 ms', 'pass', [86, 96]],
    ['p95(ttft) <= 85 ms', 'fail', [86, 96]],
    ['p95(ttft) <= 90 ms', 'invalid', [86, 96]],
    ['p95(ttft) >= 90 ms', 'invalid', [86, 96]],
    ['p95(ttft) >= 86 ms', 'pass', [86, 96]],
    // The errors of slow answers change nothing at the median.
    ['p50(ttft) <= 51 ms', 'pass', undefined],
    ['p50(ttft) <= 50 ms', 'fail', undefined],
    ['max(ttft) < 95 ms', 'invalid', [90, 100]],
  ])('%s: %s', (text, verdict, bounds) => {
    const judged = judge(text, view)
    expect(judged.verdict).toBe(verdict)
    expect(judged.bounds).toEqual(bounds)
  })

  test('is invalid only where the error decides, and its message says by how much the client was late', () => {
    const judged = judge('p95(ttft) <= 90 ms', view)
    expect(judged).toMatchObject({ actual: 96, estimate: 'fail' })
    expect(judged.message).toBe(
      'p95(ttft) 96 ms: invalid against 90 ms. The client was late by up to 10 ms, so the value lies between 86 ms and 96 ms. Keep other work off this machine, give it whole cores, raise workers, or send more requests. The measured value alone would fail. (n = 100)',
    )
    expect(isAccepted(judged)).toBe(false)
  })

  test('onInvalid "warn" lets the measured value decide', () => {
    expect(judge('p95(ttft) <= 90 ms', view, { ignoreErrors: true })).toMatchObject({ verdict: 'fail', actual: 96 })
    expect(judge('p95(ttft) <= 90 ms', view, { ignoreErrors: true })).not.toHaveProperty('bounds')
  })

  test('with an error of 0 everything is as without errors', () => {
    const punctual = late(values, () => 0)
    for (const text of ['p95(ttft) <= 90 ms', 'p95(ttft) <= 96 ms', 'avg(ttft) > 50 ms'])
      expect(judge(text, punctual)).toEqual(judge(text, { ...punctual, bounds: undefined }))
  })
})

describe('with confidence', () => {
  // A 95 % interval of the median of 1…100 goes from the 40th to the 61st smallest (binomial ranks).
  const all = late(values, () => 10)

  test('each end is judged with its own interval', () => {
    expect(judge('p50(ttft) <= 61 ms', all, { confidence: 0.95 }).verdict).toBe('pass')
    expect(judge('p50(ttft) <= 29 ms', all, { confidence: 0.95 }).verdict).toBe('fail')
    expect(judge('p50(ttft) <= 55 ms', all, { confidence: 0.95 }).verdict).toBe('undecided')
  })

  test('ends that agree, one of them without certainty, are undecided rather than invalid', () => {
    // At the upper end 51 [40, 61] against 55: undecided, passes by itself. At the lower end [30, 51]: a pass.
    const judged = judge('p50(ttft) <= 55 ms', all, { confidence: 0.95 })
    expect(judged).toMatchObject({ verdict: 'undecided', estimate: 'pass' })
    expect(isAccepted(judged)).toBe(true)
  })

  test('ends that disagree are invalid, however uncertain each is', () => {
    expect(judge('p50(ttft) <= 45 ms', all, { confidence: 0.95 })).toMatchObject({ verdict: 'invalid' })
  })
})

test('rates have bounds as well', () => {
  const at = (qps: number): MetricsView =>
    measured({ scalars: { qps, totalRequests: 100, succeededRequests: 100, failedRequests: 0 } })
  const slow = { ...at(9), bounds: { low: at(9), high: at(10) } }
  expect(judge('qps >= 9', slow).verdict).toBe('pass')
  expect(judge('qps >= 9.5', slow)).toMatchObject({ verdict: 'invalid', bounds: [9, 10] })
  expect(judge('qps >= 11', slow).verdict).toBe('fail')
})

test('over several gates fail comes first, then invalid, undecided and pass; a pass needs that the load was offered', () => {
  const requests = { total: 10, succeeded: 10, cancelled: 0 }
  const over = (...gates: ThresholdResult['verdict'][]): string =>
    decideVerdict({
      judged: gates.map((verdict) => ({ verdict })),
      requests,
      clientJudged: true,
      interrupted: false,
    })
  expect(over('pass', 'invalid', 'fail', 'undecided')).toBe('fail')
  expect(over('pass', 'invalid', 'undecided')).toBe('invalid')
  expect(over('pass', 'undecided')).toBe('undecided')
  const short = (verdict: ThresholdResult['verdict']): string =>
    decideVerdict({ judged: [{ verdict }], requests, clientJudged: true, loadOffered: false, interrupted: false })
  expect(short('pass')).toBe('invalid')
  expect(short('undecided')).toBe('invalid')
  expect(short('fail')).toBe('fail')
})
