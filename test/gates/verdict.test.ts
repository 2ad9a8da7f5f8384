/** The verdict on a run, whatever shows it. */
import { describe, expect, test } from 'vitest'
import { decideVerdict, isAcceptedRun, worstVerdict } from '../../src/gates/index.ts'
import type { ThresholdResult, Verdict } from '../../src/result/index.ts'

const ALL = { total: 10, succeeded: 10, cancelled: 0 }
const NONE = { total: 10, succeeded: 0, cancelled: 0 }

interface Facts {
  gates?: ThresholdResult['verdict'][]
  requests?: typeof ALL
  clientJudged?: boolean
  interrupted?: boolean
}

function verdict({ gates = [], requests = ALL, clientJudged = true, interrupted = false }: Facts): Verdict {
  return decideVerdict({ judged: gates.map((one) => ({ verdict: one })), requests, clientJudged, interrupted })
}

describe('the verdict on a run', () => {
  test.each<[string, Facts, Verdict]>([
    ['without gates', {}, 'none'],
    ['with gates that are met', { gates: ['pass', 'pass'] }, 'pass'],
    ['with one that is undecided', { gates: ['pass', 'undecided'] }, 'undecided'],
    ['with one that is not met', { gates: ['undecided', 'fail', 'pass'] }, 'fail'],
    ['of a client that was the bottleneck', { gates: ['pass', 'fail'], clientJudged: false }, 'invalid'],
    ['of a client that was the bottleneck, without gates', { clientJudged: false }, 'invalid'],
    ['with every request failed', { gates: ['pass'], requests: NONE }, 'fail'],
    ['with every request failed, without gates', { requests: NONE }, 'fail'],
    ['with every request failed, of a client that was the bottleneck', { requests: NONE, clientJudged: false }, 'fail'],
    ['that sent nothing', { requests: { ...NONE, total: 0 } }, 'fail'],
    ['whose load thread crashed first', { requests: { ...NONE, total: 0 }, clientJudged: false }, 'invalid'],
    ['that was cut short', { gates: ['pass'], interrupted: true }, 'undecided'],
    ['that was cut short, without gates', { interrupted: true }, 'undecided'],
    ['that was cut short beyond a limit', { gates: ['fail'], interrupted: true }, 'fail'],
    [
      'that was cut short in its first requests',
      { requests: { ...NONE, cancelled: 10 }, interrupted: true },
      'undecided',
    ],
    ['in which nothing was answered in its time', { requests: { ...NONE, cancelled: 10 } }, 'fail'],
  ])('%s', (_, facts, expected) => {
    expect(verdict(facts)).toBe(expected)
  })
})

test('the verdict over several runs is the worst, and none where none was judged', () => {
  expect(worstVerdict([])).toBe('none')
  expect(worstVerdict(['none', 'none'])).toBe('none')
  expect(worstVerdict(['none', 'pass'])).toBe('pass')
  expect(worstVerdict(['undecided', 'pass', 'fail'])).toBe('fail')
  expect(worstVerdict(['invalid', 'fail'])).toBe('fail')
})

test('a run is accepted by its verdict, and where it allows both, by its policy', () => {
  const undecided = (estimate: 'pass' | 'fail'): ThresholdResult[] => [
    { expression: 'qps > 1', actual: 2, limit: 1, unit: '/s', n: 9, verdict: 'undecided', estimate, message: '' },
  ]
  const accepted = (one: Verdict, thresholds: ThresholdResult[] = [], config = {}): boolean =>
    isAcceptedRun({ verdict: one, thresholds, config })
  expect(accepted('pass')).toBe(true)
  expect(accepted('none')).toBe(true)
  expect(accepted('fail')).toBe(false)
  expect(accepted('undecided', undecided('pass'))).toBe(true)
  expect(accepted('undecided', undecided('fail'))).toBe(false)
  expect(accepted('invalid')).toBe(false)
  expect(accepted('invalid', [], { onInvalid: 'skip' })).toBe(true)
})
