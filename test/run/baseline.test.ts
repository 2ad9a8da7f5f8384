/** Runs against baselines: on the embedded server, on one that lets nobody in, and in environments made other. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { comparableHistory, historyRecord, writeBaseline } from '../../src/records/index.ts'
import { type Result, resultSchema } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-'))
let fast: EmbeddedServer
let denying: EmbeddedServer
let stored: Result

const scenario = {
  model: 'm',
  number: 40,
  parallel: 4,
  store: 'none',
  onInvalid: 'warn',
  noTestConnection: true,
  baselineDir: folder,
} as const

beforeAll(async () => {
  const timing = { ttft: { meanMs: 2 }, itl: { meanMs: 1 }, outputTokens: 3 }
  fast = await startServer(timing)
  denying = await startServer({ ...timing, apiKey: 'another' })
  const outcome = await runPerfBenchmark({ ...scenario, url: fast.url })
  stored = outcome.result
  writeBaseline('main', folder, outcome.results)
})

afterAll(() => Promise.all([fast.close(), denying.close()]))

describe('a run against its baseline', () => {
  test('fails where it is worse than the tolerance, in every file that tells of the run', async () => {
    const { result, verdict, jsonPaths } = await runPerfBenchmark({
      ...scenario,
      url: denying.url,
      store: 'metrics',
      outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')),
      baseline: 'main',
      regressions: { successRate: '50 pp', 'p50(latency)': '25 %', errorRate: '100 pp' },
    })
    expect(verdict).toBe('fail')
    expect(result.thresholds.map((threshold) => threshold.verdict)).toEqual(['fail', 'fail', 'pass'])
    expect(result.thresholds[0]!.message).toMatch(
      /^successRate -100 points \[.*\] is beyond the tolerance of 50 pp \(100 % of baseline main → 0 %, /,
    )
    expect(result.thresholds[1]!.message).toMatch(/^p50\(latency\) .*: nothing was measured in this run/)
    expect(result.baseline).toMatchObject({ name: 'main', startedAt: stored.startedAt, unlike: [] })
    expect(resultSchema.parse(JSON.parse(readFileSync(jsonPaths[0]!, 'utf8'))).verdict).toBe('fail')
  })

  test('passes against its like, thresholds beside it', async () => {
    const { result, verdict } = await runPerfBenchmark({
      ...scenario,
      url: fast.url,
      baseline: join(folder, 'main.json'),
      thresholds: { successRate: '>= 100 %' },
      regressions: { successRate: '20 %' },
    })
    expect(verdict).toBe('pass')
    expect(result.thresholds).toHaveLength(2)
    expect(result.notes.some((note) => note.startsWith('Compared with baseline'))).toBe(true)
  })

  test('finds the level of a sweep that it belongs to', async () => {
    writeBaseline('levels', folder, [
      { ...stored, config: { ...stored.config, parallel: 1 }, startedAt: 'first' },
      { ...stored, config: { ...stored.config, parallel: 2 }, startedAt: 'second' },
    ])
    const { results } = await runPerfBenchmark({
      ...scenario,
      url: fast.url,
      baseline: 'levels',
      parallel: [2, 1],
      sleepInterval: 0,
    })
    expect(results.map(({ baseline }) => baseline!.startedAt)).toEqual(['second', 'first'])
  })
})

describe('before any request', () => {
  async function refused(options: Record<string, unknown>): Promise<string> {
    const before = fast.requests.length
    const error = await runPerfBenchmark({ ...scenario, url: fast.url, baseline: 'main', ...options }).then(
      () => new Error('it ran'),
      (reason: Error) => reason,
    )
    expect(fast.requests.length).toBe(before)
    expect(error.name).toBe('ConfigError')
    return error.message
  }

  test('another scenario is refused, and how it differs is said', async () => {
    expect(await refused({ parallel: 2, maxTokens: 9 })).toBe(
      `baseline "main": ${join(folder, 'main.json')} holds another scenario: maxTokens 2048 there, 9 here; parallel 4 there, 2 here; save a baseline of this one`,
    )
  })

  test('a missing baseline, and regressions from nothing, are refused', async () => {
    expect(await refused({ baseline: 'other' })).toMatch(/baseline "other": there is no /)
    expect(await refused({ baseline: undefined, regressions: { qps: '3 %' } })).toMatch(
      /^option "regressions": needs a baseline/,
    )
    expect(await refused({ regressions: { 'p97(latency)': '3 %' } })).toMatch(/it does not keep p97\(latency\)/)
    expect(await refused({ slaAutoTune: true, slaParams: { rps: '> 1' } })).toMatch(/a search has no counterpart/)
  })

  test('an unlike environment is refused, and how it differs is said', async () => {
    writeBaseline('ci', folder, [{ ...stored, environment: { ...stored.environment, cpu: 'Z80' } }])
    expect(await refused({ baseline: 'ci' })).toMatch(
      /^baseline "ci": .*ci\.json was measured in another environment: CPU "Z80" there, ".*" here; save one here, or set unlikeBaseline/,
    )
  })
})

describe('in an unlike environment', () => {
  test('regressions are shown and not judged, or judged all the same; both are said', async () => {
    writeBaseline('ci', folder, [{ ...stored, environment: { ...stored.environment, cpu: 'Z80' } }])
    const run = async (unlikeBaseline: 'show' | 'judge') => {
      const notices: string[] = []
      const { result } = await runPerfBenchmark(
        { ...scenario, url: denying.url, baseline: 'ci', unlikeBaseline, regressions: { successRate: '50 pp' } },
        { onNotice: (text) => notices.push(text) },
      )
      return { result, notices }
    }
    const shown = await run('show')
    // Every request failed, which no baseline needs to say.
    expect(shown.result).toMatchObject({ verdict: 'fail', thresholds: [] })
    expect(shown.notices.join()).toMatch(
      /another environment \(CPU "Z80" there, .*\): so its regressions are shown, not judged/,
    )
    expect(shown.result.notes.some((note) => /^Not judged: successRate .* beyond the tolerance/.test(note))).toBe(true)
    const judged = await run('judge')
    expect(judged.result.verdict).toBe('fail')
    expect(judged.result.baseline!.unlike).toHaveLength(1)
    expect(judged.notices.join()).toMatch(/judged all the same, because of unlikeBaseline/)
  })
})

test('a history is about results like the newest one, in the order of time', () => {
  const at = (day: number, more: Partial<Result> = {}) =>
    historyRecord({ ...stored, startedAt: `2026-01-0${day}T00:00:00.000Z`, ...more })
  const other = { config: { ...stored.config, parallel: 99 } }
  const moved = { environment: { ...stored.environment, cpu: 'Z80' } }
  const newer = { environment: { ...stored.environment, perfgate: '99.0.0' } }
  const figure = { kind: 'scalar', name: 'qps' } as const
  const found = comparableHistory([at(4), at(2), at(1, other), at(3, moved), at(5, newer)], figure, 50)
  expect(found.records.map(({ startedAt }) => startedAt.slice(0, 10))).toEqual([
    '2026-01-02',
    '2026-01-04',
    '2026-01-05',
  ])
  expect(found.unlike).toBe(2)
  expect(found.series).toEqual([stored.summary.qps, stored.summary.qps, stored.summary.qps])
  expect(comparableHistory([at(1), at(2), at(3)], figure, 2).records).toHaveLength(2)
  expect(() => comparableHistory([], figure, 5)).toThrow('the history is empty')
})
