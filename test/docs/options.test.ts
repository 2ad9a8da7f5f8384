/** The page of the results shows all that a result has. */
import { expect, test } from 'vitest'
import { resultsPage } from '../../scripts/writeResults.ts'
import { resultSchema } from '../../src/result/index.ts'

test('the page of the results has every field of a result, and one that is a list has its items', () => {
  const [, result = ''] = /^## Result\n(.*?)^## /ms.exec(resultsPage()) ?? []
  const fields = [...result.matchAll(/^\| `([\w.[\]<>]+)\??` \|/gm)].map(([, field]) => field)
  expect(fields).toEqual(expect.arrayContaining(Object.keys(resultSchema.shape)))
  expect(fields).toEqual(expect.arrayContaining(['failures[].cause', 'errors.<name>', 'baseline.unlike']))
})
