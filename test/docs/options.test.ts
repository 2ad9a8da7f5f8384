/** docs/reference/options.md, metrics.md and results.md are what the schemas and METRICS say now. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metricsPage } from '../../docs/writeMetrics.ts'
import { optionsPage } from '../../docs/writeOptions.ts'
import { resultsPage } from '../../docs/writeResults.ts'
import { resultSchema } from '../../src/result/index.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), 'utf8')

test('the page of the options is current: npm run docs:options', () => {
  expect(page('options')).toBe(optionsPage())
})

test('the page of the metrics is current: npm run docs:metrics', () => {
  expect(page('metrics')).toBe(metricsPage())
})

test('the page of the results is current: npm run docs:results', () => {
  expect(page('results')).toBe(resultsPage())
})

test('the page of the results has every field of a result, and one that is a list has its items', () => {
  const [, result = ''] = /^## Result\n(.*?)^## /ms.exec(resultsPage()) ?? []
  const fields = [...result.matchAll(/^\| `([\w.[\]<>]+)\??` \|/gm)].map(([, field]) => field)
  expect(fields).toEqual(expect.arrayContaining(Object.keys(resultSchema.shape)))
  expect(fields).toEqual(expect.arrayContaining(['failures[].cause', 'errors.<name>', 'baseline.unlike']))
})
