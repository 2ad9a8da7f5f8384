/** The two tables against the published quick-start example. */
import { describe, expect, test } from 'vitest'
import { PLAIN_STYLE, percentileTable, renderText, summaryTable } from '../../src/report/index.ts'
import type { Summary } from '../../src/result/index.ts'
import { PUBLISHED, PUBLISHED_PERCENTILES, PUBLISHED_SUMMARY } from './publishedResult.ts'

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
    expect(renderText(PUBLISHED)).toMatch(
      `Benchmarking summary:\n${PUBLISHED_SUMMARY}\n\nPercentile results:\n${PUBLISHED_PERCENTILES}\n`,
    )
  })

  test('then says where the files are', () => {
    expect(renderText(PUBLISHED).split('\n').slice(-2)).toEqual([
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

test('the detailed percentiles add times of tokens', () => {
  const [head, , , row] = percentileTable(PUBLISHED.percentiles, PLAIN_STYLE, { detailed: true }).split('\n').slice(1)
  expect(head).toBe('| Percentile | First Chunk Latency | Latency |  TTFT  |  TPOT   |  ITL  |')
  expect(row!.split('|').map((cell) => cell.trim())).toEqual([
    '',
    '25%',
    '0.0183',
    '0.2358',
    '0.0183',
    '0.00299',
    '0.003',
    '',
  ])
})

describe('at 80 columns', () => {
  const narrow = { ...PLAIN_STYLE, columns: 80 }

  test('no line of a table is wider', () => {
    for (const style of [narrow, { ...narrow, unicode: true }]) {
      const widths = renderText(PUBLISHED, style)
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
