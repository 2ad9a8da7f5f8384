/** `perfgate baseline`, on results made up for it. */
import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { appendHistory, historyRecord, readBaseline, readHistory } from '../../src/records/index.ts'
import { renderJson } from '../../src/report/index.ts'
import type { Result } from '../../src/result/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeWorld } from './fakeWorld.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))

function result(meanMs: number, more: Partial<Result> = {}): Result {
  const latency = { ...PUBLISHED.distributions['latency']!, mean: meanMs, p50: meanMs }
  const ends: [number, number] = [meanMs * 0.99, meanMs * 1.01]
  return {
    ...PUBLISHED,
    distributions: { ...PUBLISHED.distributions, latency },
    intervals: { 'avg(latency)': ends, 'p50(latency)': ends },
    ...more,
  }
}

interface Place {
  dir: string
  outputs: string
  write(name: string, result: Result, second: number): string
  run(...args: string[]): Promise<{ code: number; out: string; err: string }>
}

function place(): Place {
  const [dir, outputs] = [folder(), folder()]
  return {
    dir,
    outputs,
    write(name, written, second) {
      const path = join(outputs, `${name}_benchmark.json`)
      writeFileSync(path, renderJson(written))
      utimesSync(path, second, second)
      return path
    },
    async run(...args) {
      const world = fakeWorld({ columns: 120 })
      const code = await main(['baseline', ...args, '--baseline-dir', dir, '--outputs-dir', outputs], world)
      return { code, out: world.out(), err: world.err() }
    },
  }
}

describe('perfgate baseline', () => {
  test('saves the newest result, or those that are named, and adds them to the history', async () => {
    const { dir, write, run } = place()
    const old = write('old', result(100), 1000)
    write('new', result(200), 2000)
    expect((await run('save', 'main')).out).toMatch(/^Saved .*main\.json: 1 result; added to .*main\.history\.jsonl\n$/)
    expect(readBaseline('main', dir).results[0]!.distributions['latency']!.mean).toBe(200)
    expect((await run('save', 'main', old)).out).toMatch(/^Replaced /)
    expect(readBaseline('main', dir).results[0]!.distributions['latency']!.mean).toBe(100)
    expect(readHistory('main', dir).map(({ figures }) => figures['avg(latency)'])).toEqual([200, 100])
  })

  test('shows what there is, and what one holds', async () => {
    const { write, run } = place()
    expect((await run('show')).out).toMatch(/^No baselines in /)
    write('a', result(100), 1)
    await run('save', 'main')
    expect((await run('show')).out).toMatch(/^main: 1 result, 2024-11-07T20:14:13\.000Z, /)
    const { out } = await run('show', 'main')
    expect(out).toContain('avg(latency)')
    expect(out).toContain('100 ms [99, 101]')
    expect(out).toMatch(/Scenario [0-9a-f]{12}: number 15/)
  })

  test('compares, judges by --regression, and answers with the exit code', async () => {
    const { write, run } = place()
    write('a', result(100), 1)
    await run('save', 'main')
    write('b', result(110), 2)
    const shown = await run('compare', 'main')
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(
      /avg\(latency\) +\| 100 ms \[99, 101\] +\| 110 ms \[109, 111\] +\| \+10\.0 % \[\+8\.5, \+11\.6\]/,
    )
    expect((await run('compare', 'main', '--regression', 'p50(latency) 20 %')).code).toBe(0)
    const failed = await run('compare', 'main', '--regression', 'p50(latency) 5 %')
    expect(failed.code).toBe(1)
    expect(failed.out).toContain(
      '  x p50(latency) +10.0 % [+8.5, +11.6] is beyond the tolerance of 5 % (100 ms of baseline main -> 110 ms',
    )
  })

  test('compares with an unlike environment only when told to, and then says so', async () => {
    const { write, run } = place()
    write('a', result(100), 1)
    await run('save', 'main')
    write('b', result(110, { environment: { ...PUBLISHED.environment, cpu: 'Z80' } }), 2)
    const words = ['compare', 'main', '--regression', 'p50(latency) 5 %']
    expect(await run(...words)).toMatchObject({ code: 2, out: '' })
    const shown = await run(...words, '--unlike-baseline', 'show')
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/another environment .*"Z80" here\): so its regressions are shown, not judged/)
    expect((await run(...words, '--unlike-baseline', 'judge')).code).toBe(1)
  })

  test('shows the values of the history, and judges none of them', async () => {
    const { dir, run, write } = place()
    const means = [100, 101, 99, 112, 113]
    means.forEach((mean, i) => {
      const startedAt = `2026-01-${String(i + 1).padStart(2, '0')}T00:00:00.000Z`
      appendHistory('main', dir, [historyRecord(result(mean, { startedAt }))])
    })
    const { code, out } = await run('trend', 'main')
    expect(code).toBe(0)
    const rows = [...out.matchAll(/^\| (2026-\S+) .* \| ([\d.]+ ms) +\|$/gm)].map(([, at, value]) => [at, value])
    expect(rows).toEqual(means.map((mean, i) => [`2026-01-0${i + 1}T00:00:00.000Z`, `${mean} ms`]))
    expect(out).toMatch(/\n5 results of the last 5\.\n$/)
    expect(out).not.toMatch(/pass|fail|worse|change/i)
    const recent = await run('trend', 'main', '--last', '2', '--figure', 'avg(latency)')
    expect(recent.out.match(/^\| 2026/gm)).toHaveLength(2)
    expect(recent.out).toContain('avg(latency)')
    expect(recent.out).toContain('2 results of the last 2')
    write('x', result(100), 1)
    expect((await run('record', 'main')).out).toMatch(/: 6 in all\n$/)
  })

  test.each<[string[], RegExp]>([
    [[], /^perfgate: baseline needs a subcommand: save, show, compare, record, trend\n$/],
    [['sav'], /^perfgate: baseline "sav": unknown, did you mean "save"\?\n$/],
    [['save'], /baseline save needs a name, for example: perfgate baseline save main/],
    [['save', 'main'], /baseline: no result in .*; run perfgate first, or name the result JSON/],
    [['save', 'main', 'no.json'], /result "no\.json": there is no such file/],
    [['compare', 'main'], /baseline "main": there is no /],
    [['compare', 'main', '--regression', 'p50(latency)'], /a tolerance is missing; write for instance/],
    [['compare', 'main', '--unlike-baseline', 'x'], /option --unlike-baseline: unknown value "x"/],
    [['trend', 'main'], /the history is empty/],
    [
      ['trend', 'main', '--regression', 'qps 5 %'],
      /option --regression: trend shows values .*run "perfgate baseline compare main --regression 'qps 5 %'"/,
    ],
    [['trend', 'main', '--last', '0'], /option --last: expected a whole number from 1, got "0"/],
    [['trend', 'main', '--figure', 'latncy'], /option --figure: latncy: /],
    [['show', '--lst', '1'], /unknown flag --lst, did you mean --last\?/],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { code, err } = await place().run(...args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  test.each<[Partial<Result>, RegExp]>([
    [{ interrupted: true }, /was interrupted/],
    [
      { client: { ...PUBLISHED.client, valid: false, reasons: ['too busy'] } },
      /the client was the bottleneck: too busy/,
    ],
    [{ summary: { ...PUBLISHED.summary, succeededRequests: 0 } }, /no request succeeded/],
  ])('does not save a result that says little: %#', async (more, message) => {
    const { write, run } = place()
    write('a', result(100, more), 1)
    const { code, err } = await run('save', 'main')
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
