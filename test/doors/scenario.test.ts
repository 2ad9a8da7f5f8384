/** Gates are checked against the scenario while the test file is collected. */
import { expect, test } from 'vitest'
import { checkScenario } from '../../src/doors/scenario.ts'

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
