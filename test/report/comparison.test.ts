/** A comparison as it is printed. */
import { expect, test } from 'vitest'
import { comparisonDocument, renderMarkdown, renderText } from '../../src/report/index.ts'
import { type ComparisonResult, comparisonResultSchema } from '../../src/result/index.ts'
import { COMPARED } from './comparedResult.ts'

const renderComparison = (result: ComparisonResult, style = {}): string => renderText(comparisonDocument(result), style)

test('the example has the shape of a result', () => {
  expect(comparisonResultSchema.parse(COMPARED)).toEqual(COMPARED)
})

test('both sides, the change with its interval, the tolerance and the verdict, in one row each', () => {
  const text = renderComparison(COMPARED)
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
  expect(rows).toEqual([
    ['figure', 'baseline', 'candidate', 'change', 'tolerance', 'verdict'],
    ['p50(latency)', '1.19 s', '1.31 s', '+10.2 % [+8.1, +12.4]', '+5 %', 'fail'],
    ['qps', '6.5 /s', '6.48 /s', '-0.30 % [-1.2, +0.60]', '-3 %', 'pass'],
    ['p99(ttft)', '210 ms', '214 ms', '+1.9 % [-10.0, +inf]', '+10 %', 'undecided'],
  ])
  expect(text).toContain('Verdict: fail, 1 of 3 figures got worse by more than tolerated')
  expect(text).toContain('20 pairs of blocks of 20 requests a side, of at most 40; looked at 2 of 3 times')
  expect(text).toContain('Result DB:   ./outputs/qwen2.5_benchmark_candidate.db')
})

test('no line is wider than the terminal but the table and the paths', () => {
  const lines = renderComparison(COMPARED, { columns: 60 }).split('\n')
  const prose = lines.filter((line) => !/^[|+-]|^Result/.test(line))
  expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(60)
})

test('without Unicode only ASCII, with it arrows and an infinity', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for.
  expect(renderComparison(COMPARED)).toMatch(/^[\x00-\x7f]*$/)
  expect(renderComparison(COMPARED, { unicode: true })).toContain('+∞')
})

test('failures and an overloaded client are told of the side they are of', () => {
  const text = renderComparison({
    ...COMPARED,
    verdict: 'invalid',
    baseline: { ...COMPARED.baseline, client: { ...COMPARED.baseline.client, valid: false, reasons: ['too busy'] } },
    candidate: {
      ...COMPARED.candidate,
      failedRequests: 3,
      failures: [{ cause: 'http-5xx', status: 503, message: 'no \u001b[31mslots', count: 3 }],
    },
  })
  expect(text).toContain('- baseline: too busy')
  expect(text).toContain('- candidate: 3 of 400: 3 x http-5xx (HTTP 503): no slots')
})

test('Markdown: a table for GitHub, in which text stays text', () => {
  const text = renderMarkdown(comparisonDocument({ ...COMPARED, name: 'a | b <img>' }))
  expect(text).toContain('## ❌ a \\| b &lt;img&gt;')
  expect(text).toContain('| figure | baseline | candidate | change | tolerance | verdict |\n| --- | ---: |')
  expect(text).toContain('| p50(latency) | 1.19 s | 1.31 s | +10.2 % \\[+8.1, +12.4\\] | +5 % | ❌ fail |')
  expect(text).toContain('baseline `http://127.0.0.1:8000/baseline`')
})
