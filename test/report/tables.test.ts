/** The two tables against the published quick-start example. */
import { describe, expect, test } from 'vitest'
import { PLAIN_STYLE, renderMarkdown, renderText, runDocument, type TerminalStyle } from '../../src/report/index.ts'
import { tableLines } from '../../src/report/renderText.ts'
import { metricSection, percentileSection, summarySection } from '../../src/report/resultTables.ts'
import type { PercentileRow, Summary } from '../../src/result/index.ts'
import { PUBLISHED, PUBLISHED_PERCENTILES, PUBLISHED_SUMMARY } from './publishedResult.ts'

const summaryTable = (summary: Summary, style: TerminalStyle): string =>
  tableLines(summarySection(summary), style).join('\n')
const percentileTable = (rows: readonly PercentileRow[], style: TerminalStyle): string =>
  tableLines(percentileSection(rows), style).join('\n')

const BOXES = { ...PLAIN_STYLE, unicode: true }

/** The published table with its borders redrawn character by character: a rule's corners follow from where it stands. */
function boxed(table: string): string {
  const lines = table.split('\n')
  return lines
    .map((line, i) => {
      if (line.startsWith('|')) return line.replaceAll('|', '│')
      const corners = i === 0 ? '┌┬┐' : i === lines.length - 1 ? '└┴┘' : line.includes('=') ? '╞╪╡' : '├┼┤'
      const fill = line.includes('=') ? '═' : '─'
      const inner = line.slice(1, -1).replaceAll(/[-=]/g, fill).replaceAll('+', corners[1]!)
      return corners[0]! + inner + corners[2]!
    })
    .join('\n')
}

describe('the published example', () => {
  test('its summary is reproduced to the character in ASCII', () => {
    expect(summaryTable(PUBLISHED.summary, PLAIN_STYLE)).toBe(PUBLISHED_SUMMARY)
  })

  test('its percentiles are reproduced to the character in ASCII', () => {
    expect(percentileTable(PUBLISHED.percentiles, PLAIN_STYLE)).toBe(PUBLISHED_PERCENTILES)
  })

  test('with box-drawing characters only the borders differ', () => {
    expect(summaryTable(PUBLISHED.summary, BOXES)).toBe(boxed(PUBLISHED_SUMMARY))
    expect(percentileTable(PUBLISHED.percentiles, BOXES)).toBe(boxed(PUBLISHED_PERCENTILES))
  })

  test('the text begins with both tables under their titles', () => {
    expect(renderText(runDocument(PUBLISHED))).toMatch(
      `Benchmarking summary:\n${PUBLISHED_SUMMARY}\n\nPercentile results:\n${PUBLISHED_PERCENTILES}\n`,
    )
  })

  test('then says where the files are', () => {
    expect(renderText(runDocument(PUBLISHED)).split('\n').slice(-2)).toEqual([
      'Result DB:   ./outputs/qwen2.5_benchmark_20241107_201413.db',
      'Result JSON: ./outputs/qwen2.5_benchmark_20241107_201413.json',
    ])
  })
})

test('what was not measured is n/a', () => {
  const nothing: Summary = {
    ...PUBLISHED.summary,
    succeededRequests: 0,
    concurrency: null,
    latencySeconds: null,
    ttftSeconds: null,
    tpotSeconds: null,
    packagesPerRequest: null,
    packageLatencySeconds: null,
    inputTokensPerRequest: null,
    outputTokensPerRequest: null,
    expectedRequests: null,
    resultDbPath: null,
  }
  const cells = summaryTable(nothing, PLAIN_STYLE)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(cells.filter((cell) => cell[2] === 'n/a').map((cell) => cell[1])).toEqual([
    'Number of concurrency',
    'Average latency',
    'Average time to first token',
    'Average time per output token',
    'Average package per request',
    'Average package latency',
    'Average input tokens per request',
    'Average output tokens per request',
    'Expected number of requests',
    'Result DB path',
  ])
  const [row] = PUBLISHED.percentiles
  expect(percentileTable([{ ...row!, latencySeconds: null }], PLAIN_STYLE)).toContain(
    '|    10%     |       0.0178        |   n/a   |',
  )
})

test('in Markdown the percentiles have times of tokens beside the three published columns', () => {
  const lines = renderMarkdown(runDocument(PUBLISHED)).split('\n')
  const head = lines.indexOf('| Percentile | First Chunk Latency | Latency | TTFT | TPOT | ITL |')
  expect(lines[head + 3]).toBe('| 25% | 0.0183 | 0.2358 | 0.0183 | 0.00299 | 0.003 |')
})

describe('percentiles by metric', () => {
  const spread = { ...PUBLISHED.distributions['latency']!, n: 14, mean: 3.0012, p50: 2.9876, p99: 12.3456, max: 1234.5 }
  const result = {
    ...PUBLISHED,
    distributions: { latency: PUBLISHED.distributions['latency']!, connect: spread, itl: spread, outputTokens: spread },
  }

  test('stand below the published tables, with units, in the order of an answer', () => {
    const text = renderText(runDocument(result))
    const at = text.indexOf('Percentiles by metric:')
    expect(at).toBeGreaterThan(text.indexOf(PUBLISHED_PERCENTILES))
    const rows = text
      .slice(at)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
    expect(rows.map(([, metric]) => metric)).toEqual(['Metric', 'ITL (ms)', 'Latency (ms)', 'Output tokens'])
    expect(rows[0]!.slice(2, -1)).toEqual(['n', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'])
    expect(rows[1]!.slice(2, 5)).toEqual(['14', '3.001', '2.988'])
    expect(rows[1]!.slice(-3, -1)).toEqual(['12.35', '1235'])
    expect(text.slice(at)).toContain('The key "senconds" of the summary is EvalScope')
  })

  test('have all other metrics in Markdown too, with their own units', () => {
    const text = renderMarkdown(runDocument(result))
    expect(text).toContain('| Metric | n | mean | stddev | min | p50 | p90 | p95 | p99 | p99.9 | max |')
    expect(text).toMatch(/\| Output tokens \|.*\n\| connect \(ms\) \| 14 \| 3.001 \|/)
  })

  test('are left out where nothing was measured', () => {
    expect(metricSection({ distributions: {} })).toMatchObject({ table: { rows: [] }, below: [] })
    expect(renderText(runDocument({ ...PUBLISHED, distributions: {} }))).not.toContain('by metric')
  })
})

describe('at 80 columns', () => {
  const narrow = { ...PLAIN_STYLE, columns: 80 }

  test('no line of a table is wider', () => {
    for (const style of [narrow, { ...narrow, unicode: true }]) {
      const widths = renderText(runDocument(PUBLISHED), style)
        .split('\n')
        .map((line) => [...line].length)
      expect(Math.max(...widths)).toBeLessThanOrEqual(80)
    }
  })

  test('every row keeps its key on one line', () => {
    const keys = (table: string): string[] => [...table.matchAll(/^\| (\S.*?) +\|/gm)].map((match) => match[1]!)
    expect(keys(summaryTable(PUBLISHED.summary, narrow))).toEqual(keys(PUBLISHED_SUMMARY))
  })

  test.each([
    [
      'the published one',
      './outputs/qwen2.5_benchmark_20241107_201413.db',
      ['./outputs/', 'qwen2.5_benchmark_20241107_', '201413.db'],
    ],
    ['a deep one', '/home/someone/projects/chat/reports/a.db', ['/home/someone/projects/chat/', 'reports/a.db']],
    ['one without a place to break', `./${'x'.repeat(40)}.db`, ['./', 'x'.repeat(29), `${'x'.repeat(11)}.db`]],
  ])('the path is broken after slashes and joins to itself again: %s', (_, resultDbPath, lines) => {
    const table = summaryTable({ ...PUBLISHED.summary, resultDbPath }, narrow)
    const cells = table
      .slice(table.indexOf('| Result DB path'))
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|')[2]!.trim())
    expect(cells).toEqual(lines)
    expect(cells.join('')).toBe(resultDbPath)
  })
})

test('in a window of 40 columns keys wrap and no line is wider', () => {
  const lines = summaryTable(PUBLISHED.summary, { ...PLAIN_STYLE, columns: 40 }).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
})

test('a path with wide characters keeps the borders straight', () => {
  const resultDbPath = './outputs/模型_对话及时回答_benchmark_20241107_201413.db'
  const lines = summaryTable({ ...PUBLISHED.summary, resultDbPath }, { ...PLAIN_STYLE, columns: 80 }).split('\n')
  const columns = (line: string): number =>
    [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0)
  expect(new Set(lines.map(columns)).size).toBe(1)
  expect(columns(lines[0]!)).toBeLessThanOrEqual(80)
})
