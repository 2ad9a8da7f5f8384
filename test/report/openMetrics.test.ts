/** OpenMetrics and the GitLab report, read by the grammar of the specification. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from './madeDb.ts'
import { type Family, parseOpenMetrics } from './openMetricsParser.ts'
import { PUBLISHED } from './publishedResult.ts'
import { failedRow, madeRow } from './rows.ts'

const NASTY = 'back\\slash "quoted"\nümläuts 😀 {a="b"} 1 # EOF'
const ROWS = Array.from({ length: 20 }, (_, i) => (i % 10 === 9 ? failedRow(i, NASTY) : madeRow(i)))
const kept = { actual: 149, limit: 1000, unit: 'ms', n: 18, message: '' } as const
const made = madeDb(ROWS, {
  name: NASTY,
  errors: { 'http-5xx': 2 },
  thresholds: [
    { ...kept, expression: 'p99(latency) <= 1 s', verdict: 'pass' },
    { ...kept, expression: 'qps >= "4"\n', verdict: 'fail' },
  ],
})
madeDb(ROWS, { name: 'other' }, made.folder, 'other')

async function exported(format: string): Promise<Family[]> {
  const world = fakeWorld()
  const out = join(made.folder, format)
  expect(await main(['export', made.folder, '--format', format, '--out', out], world), world.err()).toBe(0)
  return parseOpenMetrics(readFileSync(out, 'utf8'))
}

describe.for(['openmetrics', 'gitlab'])('%s', (format) => {
  test('keeps to the grammar, with families whole and the figures of every run', async () => {
    const families = await exported(format)
    const family = (name: string): Family => families.find((one) => one.name === name)!
    const runs = (name: string): unknown[] => family(name).samples.map(({ labels, value }) => [labels['run'], value])
    expect(runs('perfgate_queries_per_second')).toEqual([
      [NASTY, PUBLISHED.summary.qps],
      ['other', PUBLISHED.summary.qps],
    ])
    const { succeededRequests, failedRequests } = PUBLISHED.summary
    expect(family('perfgate_requests')).toMatchObject({ type: 'counter', unit: '' })
    expect(family('perfgate_requests').samples.map(({ value }) => value)).toEqual([
      succeededRequests,
      failedRequests,
      succeededRequests,
      failedRequests,
    ])
    expect(family('perfgate_failures').samples).toEqual([
      { name: 'perfgate_failures_total', labels: expect.objectContaining({ run: NASTY, cause: 'http-5xx' }), value: 2 },
    ])
    const { p99, n } = PUBLISHED.distributions.latency!
    const latency = family('perfgate_latency_seconds')
    expect(latency).toMatchObject({ type: 'summary', unit: 'seconds' })
    const [tail] = latency.samples.filter(({ labels }) => labels['quantile'] === '0.99')
    expect(tail!.value).toBeCloseTo(p99 / 1000, 9)
    expect(latency.samples.find(({ name }) => name.endsWith('_count'))!.value).toBe(n)
    expect(family('perfgate_threshold_kept').samples.map(({ labels, value }) => [labels['expression'], value])).toEqual(
      [
        ['p99(latency) <= 1 s', 1],
        ['qps >= "4"\n', 0],
      ],
    )
    expect(family('perfgate_run')?.type).toBe(format === 'openmetrics' ? 'info' : undefined)
  })
})

describe('the parser of these tests', () => {
  const right = '# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds b\na_seconds{c="d"} 1.5e-3\n# EOF\n'

  test('takes what the specification takes', () => {
    expect(parseOpenMetrics(right)).toEqual([
      {
        name: 'a_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'b',
        samples: [{ name: 'a_seconds', labels: { c: 'd' }, value: 0.0015 }],
      },
    ])
    expect(parseOpenMetrics('# TYPE a gauge\na -Inf\n# EOF')[0]!.samples[0]!.value).toBe(-Infinity)
  })

  test.for([
    ['no end', right.replace('# EOF\n', ''), 'not by the grammar'],
    ['an empty line', right.replace('# UNIT', '\n# UNIT'), 'line 2: not by the grammar'],
    ['a comment', right.replace('# UNIT', '# note\n# UNIT'), 'line 2: not by the grammar'],
    ['a text that is not escaped', right.replace('"d"', '"d"d"'), 'line 4: not by the grammar'],
    ['two spaces', right.replace('} 1', '}  1'), 'line 4: not by the grammar'],
    ['another number', right.replace('1.5e-3', '0x1'), 'line 4: not by the grammar'],
    ['a unit that is not in the name', right.replace('UNIT a_seconds seconds', 'UNIT a_seconds s'), 'its unit s'],
    ['a counter without its suffix', '# TYPE a counter\na 1\n# EOF\n', 'no name of a counter'],
    ['a family in two places', right.replace('# EOF', '# TYPE b gauge\nb 1\n# HELP a_seconds c\n# EOF'), 'together'],
    ['the same labels twice', right.replace('# EOF', 'a_seconds{c="d"} 2\n# EOF'), 'twice with the same labels'],
    ['a label twice', right.replace('c="d"', 'c="d",c="e"'), 'label c twice'],
  ])('refuses %s', ([, text, words]) => {
    expect(() => parseOpenMetrics(text!)).toThrow(words)
  })
})
