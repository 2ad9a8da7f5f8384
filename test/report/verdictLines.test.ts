/** What follows the tables. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { PLAIN_STYLE, renderText, runDocument, type TerminalStyle } from '../../src/report/index.ts'
import type { Result, ThresholdResult } from '../../src/result/index.ts'
import { PUBLISHED } from './publishedResult.ts'

function verdictLines(result: Result, style: Partial<TerminalStyle> = {}): string[] {
  const sections = runDocument(result).sections.filter(({ kind }) => kind !== 'table' && kind !== 'files')
  return renderText({ sections }, style).split('\n')
}

const UNICODE = { ...PLAIN_STYLE, unicode: true }

function threshold(verdict: ThresholdResult['verdict'], message: string): ThresholdResult {
  return { expression: 'p99(latency) <= 1.5 s', actual: 989.68, limit: 1500, unit: 'ms', n: 15, verdict, message }
}

const GATED: Result = {
  ...PUBLISHED,
  verdict: 'fail',
  thresholds: [
    threshold('pass', 'p99(latency) 990 ms is within 1.5 s (n = 15)'),
    threshold('fail', 'qps 1.99 /s is below the limit of 4 /s (n = 15)'),
    threshold('undecided', 'undecided: p95(ttft) 43.3 ms [17.8, ∞) does not settle 50 ms'),
  ],
}

const FAILING: Result = {
  ...PUBLISHED,
  summary: { ...PUBLISHED.summary, succeededRequests: 9, failedRequests: 6 },
  errors: { 'http-5xx': 3, 'http-429': 2, reset: 1 },
  failures: [
    { cause: 'http-429', status: 429, message: 'slow down', count: 2 },
    { cause: 'http-5xx', status: 503, message: 'model "qwen2.5" is overloaded', count: 3 },
  ],
}

describe('thresholds', () => {
  test('have a line each, after the verdict on the whole', () => {
    expect(verdictLines(GATED).slice(0, 4)).toEqual([
      'Verdict: fail, 1 of 3 thresholds broken',
      '  + p99(latency) 990 ms is within 1.5 s (n = 15)',
      '  x qps 1.99 /s is below the limit of 4 /s (n = 15)',
      '  ? undecided: p95(ttft) 43.3 ms [17.8, inf) does not settle 50 ms',
    ])
  })

  test('have check marks where the terminal can show them', () => {
    expect(
      verdictLines(GATED, UNICODE)
        .slice(1, 4)
        .map((line) => line.slice(0, 3)),
    ).toEqual(['  ✓', '  ✗', '  ?'])
  })

  test('without a message from the gate are told from their figures', () => {
    const bare: ThresholdResult = { ...threshold('pass', ''), interval: [915.33, null] }
    expect(verdictLines({ ...PUBLISHED, verdict: 'pass', thresholds: [bare] })[1]).toBe(
      '  + p99(latency) <= 1.5 s: 989.68 ms [915.33, unbounded], n 15',
    )
  })

  test('are not spoken of where none were set', () => {
    expect(verdictLines(PUBLISHED).join('\n')).not.toContain('Verdict')
  })
})

describe('failures', () => {
  test('are told by cause with the words of the server, most frequent first, and none is left out of the count', () => {
    expect(verdictLines(FAILING).slice(0, 4)).toEqual([
      'Failed requests (6 of 15):',
      '  - 3 x http-5xx (HTTP 503): model "qwen2.5" is overloaded',
      '  - 2 x http-429 (HTTP 429): slow down',
      '  - 1 x reset',
    ])
  })

  test('of every request are a failed run, whatever the thresholds', () => {
    const dead: Result = {
      ...FAILING,
      verdict: 'fail',
      summary: { ...FAILING.summary, succeededRequests: 0, failedRequests: 15 },
    }
    expect(verdictLines(dead)[0]).toBe('Verdict: fail, no request succeeded')
    expect(verdictLines(dead)).toContain('Every request failed (15 of 15):')
  })

  test('cannot reach the terminal with control characters, and are cut to a readable length', () => {
    const message = `\u001b[2J\u001b]0;title\u0007line one\r\nline\ttwo \u202egnorw ${'x'.repeat(3000)}`
    const lines = verdictLines({ ...FAILING, failures: [{ cause: 'http-5xx', status: 500, message, count: 3 }] })
    expect(lines.join('\n')).toMatch(/http-5xx \(HTTP 500\): line one line two gnorw\n? +x{10}/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    expect(lines.join('').length).toBeLessThan(600)
  })
})

test('a run limited by the client says so, with each reason and its remedy', () => {
  const reasons = ['a load thread used 97 % of its core (limit 85 %); raise workers, or lower the load']
  const invalid: Result = { ...GATED, verdict: 'invalid', client: { ...PUBLISHED.client, valid: false, reasons } }
  expect(verdictLines(invalid)[0]).toBe('Verdict: invalid, the client was the bottleneck')
  expect(verdictLines(invalid)).toContain(`  - ${reasons[0]}`)
  expect(verdictLines({ ...invalid, verdict: 'pass' }).join(' ')).toContain('a warning only, because of onInvalid')
})

describe('the embedded server', () => {
  test('is named in the line of the verdict', () => {
    const endpoint = { url: 'http://127.0.0.1:43123', embedded: true }
    expect(verdictLines({ ...GATED, endpoint })[0]).toBe(
      'Verdict: fail, 1 of 3 thresholds broken (embedded server, simulated timing)',
    )
  })

  const url = 'http://127.0.0.1:43123/v1/chat/completions'
  const notice = `Measured against the embedded server at ${url}, not a real model.`
  const embedded: Result = { ...PUBLISHED, endpoint: { url, embedded: true } }

  test('is named, so that its figures are not taken for those of a model', () => {
    expect(verdictLines(embedded)).toContain(notice)
    expect(verdictLines(PUBLISHED)).not.toContain(notice)
  })

  test('is not named twice where a note does so already', () => {
    const lines = verdictLines({
      ...embedded,
      notes: [`Measured against the embedded server at ${url}: a model of time.`],
    })
    expect(lines.filter((line) => line.includes(url))).toHaveLength(1)
  })
})

test('notes and what the harness itself adds are told', () => {
  const lines = verdictLines({ ...PUBLISHED, notes: ['The run was interrupted.'] })
  expect(lines).toEqual([
    'The run was interrupted.',
    'Harness overhead: 0.213 ms (median latency of an instant answer on loopback).',
  ])
})

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [599, '10 min'],
])('what the harness adds says how old it is: %i s', (harnessOverheadAgeSeconds, age) => {
  const lines = verdictLines({ ...PUBLISHED, client: { ...PUBLISHED.client, harnessOverheadAgeSeconds } })
  expect(lines).toEqual([
    `Harness overhead: 0.213 ms (median latency of an instant answer on loopback, measured on this machine ${age} ago).`,
  ])
})

describe('a terminal', () => {
  const everything: Result = {
    ...FAILING,
    ...GATED,
    summary: FAILING.summary,
    client: { ...PUBLISHED.client, valid: false, reasons: [`a reason ${'of many words '.repeat(12)}`] },
    notes: [`A note ${'of many words '.repeat(20)}`, '这是一个很长的中文句子没有任何空格'.repeat(6)],
  }

  test('of 80 columns gets no wider line', () => {
    for (const unicode of [true, false]) {
      const widths = renderText(runDocument(everything), { columns: 80, unicode })
        .split('\n')
        .map((line) => [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0))
      expect(Math.max(...widths)).toBeLessThanOrEqual(80)
    }
  })

  test('without colour gets no escape sequence, and with colour the same text', () => {
    const plain = renderText(runDocument(everything), { columns: 80 })
    const coloured = renderText(runDocument(everything), { columns: 80, colour: true })
    expect(plain).not.toContain('\u001b')
    expect(coloured).toContain('\u001b[31m')
    expect(stripVTControlCharacters(coloured)).toBe(plain)
  })

  test('without Unicode gets ASCII, but for letters of another language', () => {
    expect(renderText(runDocument(everything), {}).replaceAll(/\p{Script=Han}/gu, '')).toMatch(/^[\n -~]*$/)
  })
})
