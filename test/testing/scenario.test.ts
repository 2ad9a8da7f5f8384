/** What a test file writes is checked while it is collected. */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { checkSearch } from '../../src/testing/capacity.ts'
import { checkComparison } from '../../src/testing/compare.ts'
import { checkScenario } from '../../src/testing/scenario.ts'

test.each([
  [
    { parallel: [1, 4], thresholds: { 'qps{parallel:8}': '> 1' } },
    'perf test "chat": threshold "qps{parallel:8} > 1": no level has parallel 8; there is 1, 4',
  ],
  [{ thresholds: { goodput: '> 1' } }, 'perf test "chat": threshold "goodput > 1": goodput counts'],
  [{ maxNumber: 500 }, 'perf test "chat": option "maxNumber"'],
  [
    { thresholds: { qps: { threshold: '> 1', abortOnFail: true, delayAbortEval: '10' } } },
    'perf test "chat": threshold "qps": delayAbortEval is a time',
  ],
])('%j', (scenario, message) => {
  expect(() => checkScenario('chat', { embedded: {}, ...scenario })).toThrow(message)
})

const ENDPOINT = 'http://127.0.0.1:9/v1/chat/completions'
const CHECKS = [
  ['perfTest', checkScenario, { url: ENDPOINT }],
  ['compare', checkComparison, { baseline: ENDPOINT, candidate: ENDPOINT, regressions: { qps: '3 %' } }],
  ['capacity', checkSearch, { url: ENDPOINT, sla: { 'p99(latency)': '<= 1 s' } }],
] as const

test.each(
  CHECKS.flatMap((check) =>
    (
      [
        ['timeout', 5000, 'write timeoutMs'],
        ['retry', 2, 'raise number'],
        ['repeats', 2, 'raise number'],
        ['tags', ['slow'], "describe('chat', { tags: ['slow'] }"],
        ['meta', { owner: 'x' }, "describe('chat', { meta: { owner: 'search' } }"],
        ['skip', true, 'write perfTest.skip(…)'],
        ['concurrent', true, 'loads never overlap'],
      ] as const
    ).map((option) => [check[0], option[0], check, option] as const),
  ),
)('%s answers the option %s of a test framework with what to write', (_, name, [, check, right], [, value, advice]) => {
  expect(() => check('chat', { ...right, [name]: value })).toThrow(
    `perf test "chat": option "${name}": it belongs to the test framework, not to a scenario; `,
  )
  expect(() => check('chat', { ...right, [name]: value })).toThrow(advice)
})

test.each([
  ['URL', URL],
  [
    'URL of another realm, as in a test file of Jest',
    runInNewContext('class URL extends Outer {}; URL', { Outer: URL }),
  ],
])('an object of %s is taken for a URL', (_, Class: typeof URL) => {
  const url = new Class(ENDPOINT)
  expect(checkScenario('chat', { url }).config.url).toBe(ENDPOINT)
  expect(checkSearch('chat', { url, sla: { 'p99(latency)': '<= 1 s' } }).config.url).toBe(ENDPOINT)
  const { config } = checkComparison('chat', {
    baseline: url,
    candidate: { url, model: 'm' },
    regressions: { qps: '3 %' },
  })
  expect([config.baseline, config.candidate]).toEqual([ENDPOINT, { url: ENDPOINT, model: 'm' }])
})
