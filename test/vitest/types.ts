/** Checked by the compiler alone (`npm run typecheck`): what must compile, and what must not. */
import { expect } from 'vitest'
import { perfTest } from '../../src/testing/vitest/index.ts'

export function typesOfPerfTest(): void {
  perfTest('typed', {
    model: 'm',
    parallel: 8,
    thresholds: { 'p99(latency)': '<= 1.5 s', p99_latency: '<= 2 s', qps: ['>= 4', '<= 100'] },
  })
  // @ts-expect-error: a misspelt metric
  perfTest('metric', { thresholds: { 'p99(latncy)': '<= 1.5 s' } })
  // @ts-expect-error: a misspelt option
  perfTest('option', { paralel: 8 })
  // @ts-expect-error: a function of the row without .each
  perfTest('function', (parallel: number) => ({ parallel }))

  perfTest.each([1, 4])('number %i', (parallel) => ({ parallel: parallel.valueOf() }))
  perfTest.each([
    [1, 'a'],
    [2, 'b'],
  ] as const)('spread %i %s', (parallel, model) => ({ parallel, model: model.toUpperCase() }))
  perfTest.each([{ parallel: 1 }])('object $parallel', ({ parallel }) => ({ parallel }))
  perfTest.for([[1, 2]])('whole %i', (row) => ({ parallel: row.length }))
  perfTest.skip.each([1])(
    'chained',
    (parallel) => ({ parallel }),
    ({ result, metrics, task, annotate, signal }) => {
      void [
        result.summary.qps.toFixed(),
        metrics.distribution('itl')?.percentile(97.5),
        task.name,
        annotate,
        signal.aborted,
      ]
    },
  )
  // As in Vitest, the columns of a template are known by their names alone.
  perfTest.each`
    parallel | model
    ${1}     | ${'m'}
  `('template', ({ parallel, model }) => ({ parallel, model }))
  perfTest.for`
    parallel
    ${1}
  `('template', ({ parallel }, { task }) => ({ parallel, name: task.name }))
  perfTest('address', { url: new URL('http://127.0.0.1:1') })
  // @ts-expect-error: the row is a number
  perfTest.each([1])('row', (row) => ({ model: row }))

  perfTest.runIf(true).only('async', {}, async ({ result, metrics }) => {
    expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })
    expect(metrics).not.toMeetThresholds({ goodput: '< 1' })
    // @ts-expect-error: a misspelt metric
    expect(result).toMeetThresholds({ 'p99(tit)': '< 60 ms' })
  })
}

export function typesOfCompare(): void {
  const sides = { baseline: 'http://127.0.0.1:1', candidate: { command: 'node .', readyUrl: 'http://127.0.0.1:2' } }
  perfTest.compare('typed', { ...sides, parallel: 8, regressions: { 'p99(ttft)': '10 %', qps: '3 %' } }, (context) => {
    void context.comparison.regressions[0]?.change?.estimate
  })
  perfTest.compare('addresses', {
    baseline: new URL('http://127.0.0.1:1'),
    candidate: { url: new URL('http://127.0.0.1:2') },
    regressions: { qps: '3 %' },
  })
  // @ts-expect-error: a misspelt metric
  perfTest.compare('metric', { ...sides, regressions: { 'p99(tttf)': '10 %' } })
  // @ts-expect-error: a figure that cannot be compared
  perfTest.compare('figure', { ...sides, regressions: { 'max(latency)': '10 %' } })
  // @ts-expect-error: thresholds belong to perfTest
  perfTest.compare('thresholds', { ...sides, regressions: { qps: '3 %' }, thresholds: {} })
}
