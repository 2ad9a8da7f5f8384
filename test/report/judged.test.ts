/** Comparisons and capacity searches in pull-request summaries and CTRF, by the command that makes them. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validate } from 'ctrf'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { renderPullRequest } from '../../src/report/export/summary.ts'
import type { ComparisonResult } from '../../src/result/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { COMPARED } from './comparedResult.ts'
import { CAPACITY } from './foundCapacity.ts'
import { madeDb } from './madeDb.ts'
import { PUBLISHED } from './publishedResult.ts'
import { madeRow } from './rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-judged-'))
const side = madeDb([madeRow(0), madeRow(1)], { name: 'one side' }, folder, 'qwen2.5_benchmark_baseline')
const level = madeDb([madeRow(0)], { name: CAPACITY.name, config: { slaAutoTune: true } }, folder, 'level')
madeDb([madeRow(0)], { name: 'a run of its own' }, folder, 'own')
const comparison = join(folder, 'a_comparison.json')
const capacity = join(folder, 'a_capacity.json')
writeFileSync(comparison, JSON.stringify(COMPARED))
writeFileSync(capacity, JSON.stringify(CAPACITY))

async function exported(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const world = fakeWorld()
  return { code: await main(['export', ...args, '--out', '-'], world), out: world.out(), err: world.err() }
}

describe('the summary of a pull request', () => {
  test('has one verdict for each comparison, search and run, and none for sides and levels', async () => {
    const { out } = await exported(folder, '--format', 'summary')
    const [head] = out.split('\n')
    expect(head).toBe('## ❌ perfgate: fail, 0 of 3 results passed')
    expect(out).not.toContain('one side')
    expect(out.indexOf('| a run of its own |')).toBeGreaterThan(0)
  })

  test('shows the shift of every figure with its interval before anything folded', async () => {
    const { out } = await exported(comparison, '--format', 'summary')
    const [shown] = out.split('<details>') as [string]
    expect(shown).toContain(
      '| p50(latency) | 1.19 s | 1.31 s | +10.2 % \\[+8.1, +12.4\\] | +5 % | ❌ fail |\n| qps | 6.5 /s | 6.48 /s | -0.30 % \\[-1.2, +0.60\\] | -3 % | ✅ pass |',
    )
    expect(shown).toContain('### ❌ head against base: fail, 1 of 3 figures got worse by more than tolerated')
    expect(out).toContain('<details><summary>head against base: fail')
  })

  test('shows what a capacity search found, and its levels folded', async () => {
    const { out } = await exported(capacity, '--format', 'summary')
    const [shown, folded] = out.split('<details>') as [string, string]
    expect(shown).toContain('fail, maxParallel 6 with p99_latency &lt;= 1 s')
    expect(shown).toContain('- ❌ maxParallel with p99_latency &lt;= 1 s is 6, below the limit of 8')
    expect(folded).toContain('| 8 | 80 | 10 | 160 | 0.7 | 1.4 | 0.1 | 100 % | no |')
  })

  test('lists what was judged against a stored baseline, passed or not, in its own words', () => {
    const judged = (key: string, verdict: 'pass' | 'fail') => ({
      expression: `${key} at most 5 % worse than baseline main`,
      actual: 1,
      limit: 2,
      unit: 'ms',
      n: 100,
      verdict,
      message: `${key} 1 ms against 0.9 ms of baseline main: +11 % [+2, +20]`,
    })
    const result = {
      ...PUBLISHED,
      thresholds: [judged('p50(latency)', 'pass'), judged('p99(ttft)', 'fail')],
      verdict: 'fail' as const,
      baseline: { name: 'main', path: 'baselines/main.json', startedAt: 'T', commit: null, scenario: 'x', unlike: [] },
    }
    const text = renderPullRequest({ runs: [{ result, requests: undefined }], comparisons: [], capacities: [] })
    const [, told] = text.split('### Against the stored baseline') as [string, string]
    expect(told.split('<details>')[0]).toContain('  - ✅ p50(latency) 1 ms against 0.9 ms of baseline main: +11 % \\[')
    expect(told.split('<details>')[0]).toContain('  - ❌ p99(ttft) 1 ms')
    expect(text.split('<details>')[0]!.match(/p99\(ttft\)/g)).toHaveLength(1)
  })
})

describe('CTRF', () => {
  test('figures of a comparison and gates of a search are tests, and the format’s own validator accepts it', async () => {
    const report = JSON.parse((await exported(folder, '--format', 'ctrf')).out)
    expect(validate(report)).toMatchObject({ valid: true })
    expect(
      report.results.tests.map(({ suite, name, status }: Record<string, unknown>) => [suite, name, status]),
    ).toEqual([
      [['a run of its own'], 'a run of its own: run', 'other'],
      [['head against base'], 'p50(latency) 5 %', 'failed'],
      [['head against base'], 'qps 3 %', 'passed'],
      [['head against base'], 'p99(ttft) 10 %', 'other'],
      [['chat at 1 s'], 'maxParallel >= 8', 'failed'],
    ])
    expect(report.results.summary).toMatchObject({ tests: 5, passed: 1, failed: 2, other: 2 })
  })

  test('an invalid comparison has no passed figure, and a search without a gate is one test', async () => {
    const client = { ...COMPARED.candidate.client, valid: false, reasons: ['busy'] }
    const invalid: ComparisonResult = { ...COMPARED, verdict: 'invalid', candidate: { ...COMPARED.candidate, client } }
    writeFileSync(join(folder, 'invalid.json_'), JSON.stringify(invalid))
    writeFileSync(join(folder, 'open.json_'), JSON.stringify({ ...CAPACITY, gate: [] }))
    const tests = async (file: string): Promise<[string, string][]> =>
      JSON.parse((await exported(join(folder, file), '--format', 'ctrf')).out).results.tests.map(
        ({ name, status }: { name: string; status: string }) => [name, status],
      )
    expect(new Set((await tests('invalid.json_')).map(([, status]) => status))).toEqual(new Set(['other']))
    expect(await tests('open.json_')).toEqual([['chat at 1 s: capacity', 'failed']])
  })
})

test('a comparison moved without its DBs cannot be exported as requests, and the error says what can', async () => {
  const alone = join(mkdtempSync(join(tmpdir(), 'perfgate-moved-')), 'c.json')
  writeFileSync(alone, readFileSync(comparison))
  const { code, err } = await exported(alone, '--format', 'csv')
  expect(code).toBe(2)
  expect(err).toContain('has no run in it; comparisons and capacity searches are exported as summary or ctrf')
})

test('sides and levels given by themselves are runs like any other', async () => {
  const { out } = await exported(side.db, level.db, '--format', 'summary')
  expect(out.split('\n')[0]).toBe('## ➖ perfgate: none, 0 of 2 runs passed')
})
