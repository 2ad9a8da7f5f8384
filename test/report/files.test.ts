/** Markdown and JSON. */
import { expect, test } from 'vitest'
import { renderJson, renderMarkdown, runDocument } from '../../src/report/index.ts'
import { type Result, resultSchema } from '../../src/result/index.ts'
import { PUBLISHED, PUBLISHED_PERCENTILES, PUBLISHED_SUMMARY } from './publishedResult.ts'

const FAILED: Result = {
  ...PUBLISHED,
  name: 'chat | <b>answers</b> @someone',
  verdict: 'fail',
  thresholds: [
    {
      expression: 'qps >= 4',
      actual: 1.99,
      limit: 4,
      unit: '/s',
      n: 15,
      verdict: 'fail',
      message: 'qps 1.99 /s is below the limit of 4 /s (n = 15)',
    },
  ],
  summary: { ...PUBLISHED.summary, succeededRequests: 14, failedRequests: 1 },
  errors: { 'http-5xx': 1 },
  failures: [{ cause: 'http-5xx', status: 500, message: '<img src=x>\n| a | b |\n# title', count: 1 }],
}

/** Cells of each row of each pipe table, read as GitHub does: an escaped pipe is no border. */
function cells(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll(/\\(.)/g, '$1')),
    )
}

test('Markdown tells the verdict first', () => {
  const [title, , verdict, , threshold] = renderMarkdown(runDocument(FAILED)).split('\n')
  expect(title).toBe('## ❌ chat \\| &lt;b&gt;answers&lt;/b&gt; @&#8203;someone')
  expect(verdict).toBe('**fail, 1 of 1 threshold broken**')
  expect(threshold).toBe('- ❌ qps 1.99 /s is below the limit of 4 /s (n = 15)')
})

test('Markdown has the rows of both published tables', () => {
  const published = cells(`${PUBLISHED_SUMMARY}\n${PUBLISHED_PERCENTILES}`)
  const rows = cells(renderMarkdown(runDocument(PUBLISHED))).filter((row) => !/^-+:?$/.test(row[0]!))
  const wanted = published.length
  expect(rows.slice(0, wanted).map((row) => row.slice(0, row.length === 2 ? 2 : 3))).toEqual(published)
})

test('every row of a Markdown table has as many cells as its head', () => {
  const tables = renderMarkdown(runDocument(FAILED))
    .split('\n\n')
    .filter((part) => part.startsWith('|'))
  expect(tables.length).toBe(3)
  for (const table of tables) expect(new Set(cells(table).map((row) => row.length)).size).toBe(1)
})

test('words of a server stay text in Markdown', () => {
  const markdown = renderMarkdown(runDocument(FAILED))
  expect(markdown).toContain('- 1 × http-5xx (HTTP 500): &lt;img src=x&gt; \\| a \\| b \\| \\# title')
  expect(markdown).not.toContain('<img')
})

test('JSON is the result itself, ends with a newline, and has its keys in the order of the schema', () => {
  const shuffled = Object.fromEntries(Object.entries(FAILED).toReversed()) as Result
  shuffled.summary = Object.fromEntries(Object.entries(FAILED.summary).toReversed()) as Result['summary']
  shuffled.percentiles = FAILED.percentiles.map(
    (row) => Object.fromEntries(Object.entries(row).toReversed()) as Result['percentiles'][number],
  )
  const text = renderJson(shuffled)
  expect(text).toBe(renderJson(FAILED))
  expect(text.endsWith('}\n')).toBe(true)
  expect(JSON.parse(text)).toEqual(FAILED)
  expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(resultSchema.shape).filter((key) => key in FAILED))
  expect(Object.keys(JSON.parse(text).percentiles[0])[0]).toBe('percentile')
})

test('JSON keeps what a newer version has put into a result', () => {
  const newer = { added: 1, ...PUBLISHED }
  expect(JSON.parse(renderJson(newer))).toEqual(newer)
})
