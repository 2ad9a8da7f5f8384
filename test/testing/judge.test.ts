import { expect, test } from 'vitest'
import { decideVerdict } from '../../src/gates/index.ts'
import type { Result, ThresholdResult } from '../../src/result/index.ts'
import { judge } from '../../src/testing/load.ts'

interface Facts {
  concurrency?: number
  succeeded?: number
  reasons?: string[]
  thresholds?: [ThresholdResult['verdict'], string][]
  failures?: Result['failures']
}

/** Only what a judgement reads. */
function result(
  { concurrency = 1, succeeded = 3, reasons = [], thresholds = [], failures = [] }: Facts,
  onInvalid = 'fail',
): Result {
  const judged = thresholds.map(([verdict, message]) => ({ verdict, message }))
  return {
    summary: { concurrency, totalRequests: 3, succeededRequests: succeeded, failedRequests: 3 - succeeded },
    client: { valid: reasons.length === 0, reasons },
    thresholds: judged,
    verdict: decideVerdict({
      judged,
      requests: { total: 3, succeeded, cancelled: 0 },
      clientJudged: reasons.length === 0 || onInvalid === 'warn',
      interrupted: false,
    }),
    failures,
    config: {},
  } as unknown as Result
}

class Skipped extends Error {}
const said: string[] = []
const host = {
  say: (text: string) => void said.push(text),
  skip: (reason: unknown): never => {
    throw new Skipped(String(reason))
  },
}
const judging =
  (facts: Facts[], onInvalid: 'fail' | 'skip' | 'warn' = 'fail') =>
  () =>
    judge(
      facts.map((one) => result(one, onInvalid)),
      onInvalid,
      host,
    )

test('passes when all thresholds hold', () => {
  expect(judging([{ thresholds: [['pass', 'qps is 5']] }])).not.toThrow()
  expect(judging([{}])).not.toThrow()
})

test('fails with every broken threshold of every level, and with no other', () => {
  const levels: Facts[] = [
    {
      concurrency: 1,
      thresholds: [
        ['fail', 'qps is 3'],
        ['pass', 'latency is 1 s'],
      ],
    },
    {
      concurrency: 4,
      thresholds: [
        ['fail', 'qps is 2'],
        ['undecided', 'latency is 2 s'],
      ],
    },
  ]
  expect(judging(levels)).toThrow(
    expect.objectContaining({ name: 'ThresholdError', message: 'at parallel 1: qps is 3\nat parallel 4: qps is 2' }),
  )
})

test('an undecided threshold is judged by its figure alone', () => {
  const undecided = result({ thresholds: [['undecided', 'qps is 3 ± 1']] })
  const estimated = { ...undecided, thresholds: [{ ...undecided.thresholds[0]!, estimate: 'pass' as const }] }
  expect(() => judge([estimated], 'fail', host)).not.toThrow()
})

test('an undecided threshold whose figure breaks it is not a pass', () => {
  expect(judging([{ thresholds: [['undecided', 'qps is 3 ± 1']] }])).toThrow(
    expect.objectContaining({ name: 'UndecidedError', message: expect.stringContaining('qps is 3 ± 1') }),
  )
})

test('no success at all is told by its causes, before any threshold', () => {
  const failures = [
    { cause: 'http-5xx', status: 503, message: 'over\u001b[31mloaded\n', count: 2 },
    { cause: 'reset', status: null, message: '', count: 1 },
  ]
  expect(judging([{ succeeded: 0, failures, thresholds: [['fail', 'qps: nothing was measured']] }])).toThrow(
    expect.objectContaining({
      name: 'LoadError',
      message: 'every one of 3 requests failed:\n  2 × http-5xx (HTTP 503): overloaded\n  1 × reset',
      stack: expect.not.stringContaining('.ts'),
    }),
  )
})

test('an invalid run fails with its reasons, whatever the thresholds say', () => {
  const facts: Facts = { reasons: ['the load thread used 97 % of its core'], thresholds: [['fail', 'qps is 3']] }
  expect(judging([facts])).toThrow(
    expect.objectContaining({
      name: 'InvalidRunError',
      message: expect.stringContaining('the load thread used 97 % of its core'),
    }),
  )
})

test('an invalid run skips the test with onInvalid: skip', () => {
  expect(judging([{ reasons: ['too slow a client'] }], 'skip')).toThrow(new Skipped('invalid run: too slow a client'))
})

test('an invalid run warns and is judged with onInvalid: warn', () => {
  said.length = 0
  expect(judging([{ reasons: ['too slow a client'] }], 'warn')).not.toThrow()
  expect(said).toEqual([expect.stringContaining('too slow a client')])
  expect(judging([{ reasons: ['too slow a client'], thresholds: [['fail', 'qps is 3']] }], 'warn')).toThrow('qps is 3')
})
