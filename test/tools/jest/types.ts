/** Checked by the compiler alone (`npm run typecheck`): what must compile, and what must not. */
import { expect } from '@jest/globals'
import { perfTest } from '../../../src/testing/jest/index.ts'
import { perfTest as nodePerfTest } from '../../../src/testing/node-test/index.ts'

export function typesOfPerfTest(): void {
  perfTest(
    'typed',
    { parallel: 8, thresholds: { 'p99(latency)': '<= 1.5 s' } },
    ({ result, metrics, name, signal }) => {
      void [metrics.distribution('itl')?.percentile(97.5), name.length, signal.aborted]
      expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })
      // @ts-expect-error: a misspelt metric
      expect(result).not.toMeetThresholds({ 'p99(tit)': '< 60 ms' })
    },
  )
  // @ts-expect-error: a misspelt metric
  perfTest('metric', { thresholds: { 'p99(latncy)': '<= 1.5 s' } })
  // @ts-expect-error: a misspelt option
  perfTest.only('option', { paralel: 8 })
  perfTest.each([1, 4])('number %i', (parallel) => ({ parallel: parallel.valueOf() }))
  perfTest.skip.each([
    [1, 'a'],
    [2, 'b'],
  ] as const)('spread %i %s', (parallel, model) => ({ parallel, model: model.toUpperCase() }))
  // @ts-expect-error: the row is a number
  perfTest.each([1])('row', (row) => ({ model: row }))
  perfTest.compare('typed', { baseline: 'http://a', candidate: 'http://b', regressions: { qps: '3 %' } }, (context) => {
    void context.comparison.regressions[0]?.change?.estimate
  })
  perfTest.capacity.runIf(true)('typed', { sla: { 'p99(latency)': '<= 1 s' } }, ({ capacity }) => {
    void capacity.criteria.length
  })
  nodePerfTest('typed', { parallel: 8 }, ({ result, diagnostic }) => diagnostic(result.name))
}
