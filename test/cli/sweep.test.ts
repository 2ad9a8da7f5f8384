/** `perfgate sweep`: its words, its text, and a sweep over a server whose slots are known. */
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { sweepCommand } from '../../src/cli/commands/sweep.ts'
import { main } from '../../src/cli/index.ts'
import type { RunSweep } from '../../src/cli/run.ts'
import { overviewSection, renderText, sweepDocument } from '../../src/report/index.ts'
import { type Result, type SweepResult, sweepSchema } from '../../src/result/index.ts'
import { runSweep } from '../../src/run/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeRun, fakeWorld } from './fakeWorld.ts'

const server = await startServer({ slots: 4, ttft: { meanMs: 290 }, itl: { meanMs: 1 }, outputTokens: 11 })
afterAll(() => server.close())

function level(parallel: number, qps: number, latencySeconds: number, failedRequests = 0): Result {
  const summary = { ...PUBLISHED.summary, concurrency: parallel, qps, latencySeconds, failedRequests }
  return { ...PUBLISHED, summary: { ...summary, totalRequests: summary.succeededRequests + failedRequests } }
}

const SWEEP: SweepResult = {
  schemaVersion: 1,
  kind: 'sweep',
  variable: 'parallel',
  points: [
    { load: 1, throughput: 10, latencyMs: 100 },
    { load: 2, throughput: 20, latencyMs: 100 },
    { load: 4, throughput: 20, latencyMs: 200 },
  ],
  knee: 2,
  saturatedFrom: 4,
  stopped: 'over-saturated at 4',
  results: [level(1, 10, 0.1), level(2, 20, 0.1), level(4, 20, 0.2)],
}

const renderSweep = (sweep: SweepResult, style = {}): string => renderText(sweepDocument(sweep), style)

describe('the text of a sweep', () => {
  test('draws each level where its throughput and its latency are', () => {
    const lines = renderSweep(SWEEP, { columns: 60, unicode: false }).split('\n')
    const top = lines.find((line) => line.startsWith('0.2 |'))!
    const middle = lines.find((line) => line.startsWith('0.1 |'))!
    expect(lines.indexOf(middle) - lines.indexOf(top)).toBe(7)
    // Half of the throughput is half of the width; the knee has the mark of its own.
    const width = top.lastIndexOf('o') - '0.2 |'.length
    expect(middle.indexOf('o') - '0.1 |'.length).toBe(Math.round(width / 2))
    expect(middle.lastIndexOf('#')).toBe(top.lastIndexOf('o'))
    expect(top).toContain('4 o')
    expect(
      Math.max(
        ...lines.filter((line) => /^\S* ?[|+ ]/.test(line) && !line.includes('Concurrency')).map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(108)
  })

  test('says the best levels, the knee and why it stopped', () => {
    const text = renderSweep(SWEEP, { columns: 200 })
    expect(text).toContain('Highest RPS     parallel 2 (20 requests/s)')
    expect(text).toContain('Lowest latency  parallel 1 (0.1 s on average)')
    expect(text).toContain('Recommended parallel: about 2, the knee of the curve (20 requests/s at 0.1 s)')
    expect(text).toContain('Over-saturated from parallel 4 on')
    expect(text).toContain('Stopped: over-saturated at 4.')
  })

  test('recommends a wider sweep where there is no knee', () => {
    expect(renderSweep({ ...SWEEP, knee: null, saturatedFrom: null })).toContain(
      'No knee: throughput was still growing at parallel 4; sweep higher.',
    )
  })

  test('ends a list of levels as well, in whatever order they ran, where one kind of load varies', async () => {
    const textOf = async (...results: Result[]): Promise<string> => {
      const world = fakeWorld({ columns: 200 })
      await main([], world, fakeRun(results).run)
      return world.out()
    }
    const text = await textOf(level(4, 20, 0.2), level(1, 10, 0.1), level(2, 20, 0.11))
    expect(text).toContain('Highest RPS     parallel 2 (20 requests/s)')
    expect(text).toContain('Lowest latency  parallel 1 (0.1 s on average)')
    expect(text).toContain('Over-saturated from parallel 4 on')
    const paced = (rate: number, result: Result): Result => ({ ...result, config: { rate } })
    const rates = await textOf(paced(10, level(8, 10, 0.1)), paced(20, level(8, 19, 0.3)))
    expect(rates).toContain('Highest RPS     rate 20 (19 requests/s)')
    expect(await textOf(paced(10, level(1, 10, 0.1)), paced(20, level(2, 19, 0.3)))).not.toContain('Best configuration')
    expect(await textOf(level(2, 10, 0.1), level(2, 10, 0.1))).not.toContain('Best configuration')
  })

  test('the overview has a row for each level, and never rounds up to full success', () => {
    const results = [level(1, 1.99, 0.5), { ...level(8, 4, 1, 1), config: { rate: 12.5 } }]
    results[1]!.summary.succeededRequests = 9999
    results[1]!.summary.totalRequests = 10_000
    expect(overviewSection(results).table.rows.map((row) => [row[0], row[1], row[2], row[3], row.at(-1)])).toEqual([
      ['1', 'unpaced', '15', '1.99', '100 %'],
      ['8', '12.5', '10000', '4', '99.9 %'],
    ])
  })
})

describe('the words of a sweep', () => {
  async function asked(...args: string[]): Promise<unknown> {
    const calls: unknown[] = []
    const run: RunSweep = async (config, range) => {
      calls.push({ config, range })
      return { sweep: SWEEP }
    }
    expect(await sweepCommand(args, fakeWorld(), run)).toBe(0)
    return calls[0]
  }

  test('give the range and the scenario', async () => {
    expect(await asked('--from', '2', '--to', '8', '--model', 'm')).toEqual({
      config: { model: 'm' },
      range: { variable: 'parallel', from: 2, to: 8 },
    })
    expect(await asked('--rate', '0.5')).toEqual({
      config: { rate: 0.5 },
      range: { variable: 'rate', from: 0.5, to: 256 },
    })
    expect(await asked('--parallel', '300')).toMatchObject({ range: { variable: 'parallel', from: 300, to: 300 } })
  })

  test.each([
    [['--over', 'time'], 'option --over: unknown value "time"; known: parallel, rate'],
    [['--from', 'x'], 'option --from: expected a positive number, got "x"'],
    [
      ['--parallel', '1', '2'],
      'option --parallel: a sweep doubles one value; give the first with --from, the last with --to',
    ],
    [['--form', '1'], 'unknown flag --form, did you mean --from?'],
    [['--from', '8', '--to', '4'], 'sweep: "to", 4, is below "from", 8'],
    [['--from', '1.5', '--to', '4'], 'sweep: the range 1.5 to 4 must be of positive whole numbers'],
    [
      ['--threshold', 'qps > 1'],
      'option --threshold: a sweep goes on until they must break; --sla-auto-tune finds the highest load that keeps them',
    ],
    [
      ['--number', '1', '2', '--parallel', '1'],
      'option "number": has 2 values but "parallel" has 1; give one value, or one for each level',
    ],
  ])('%j are refused with exit code 2', async (args, message) => {
    const world = fakeWorld()
    expect(await main(['sweep', ...args], world)).toBe(2)
    expect(world.err()).toBe(`perfgate: ${message}\n`)
  })
})

describe('a sweep', () => {
  const scenario = { url: server.url, model: 'm', sleepInterval: 0, store: 'none', onInvalid: 'warn' } as const

  // What stalls this machine for a tenth of a level changes the curve; the test is then run again.
  test('over a server with 4 slots finds them, and stops at the first level beyond', { retry: 2 }, async () => {
    const { sweep } = await runSweep({ ...scenario, number: 24 }, { variable: 'parallel', from: 2, to: 64 })
    expect(sweep.points.map(({ load }) => load)).toEqual([2, 4, 8])
    expect(sweep).toMatchObject({ knee: 4, saturatedFrom: 8 })
    expect(sweep.stopped).toMatch(/^over-saturated at 8/)
    expect(sweepSchema.parse(JSON.parse(JSON.stringify(sweep))).results).toHaveLength(3)
  })

  test('goes to the end of its range, which need be no doubling', async () => {
    const before = server.requests.length
    const { sweep } = await runSweep({ ...scenario, number: 4 }, { variable: 'rate', from: 40, to: 50 })
    expect(sweep.points.map(({ load }) => load)).toEqual([40, 50])
    expect(sweep).toMatchObject({ knee: null, saturatedFrom: null, stopped: 'the end of the range, 50, was reached' })
    // One for the connection test.
    expect(server.requests.length - before).toBe(9)
  })

  test('stops where most requests fail', async () => {
    const refusing = await startServer({ apiKey: 'right' })
    try {
      const { sweep } = await runSweep(
        { ...scenario, url: refusing.url, apiKey: 'wrong', noTestConnection: true, number: 2 },
        { variable: 'parallel', from: 1, to: 4 },
      )
      expect(sweep.results).toHaveLength(1)
      expect(sweep.stopped).toBe('2 of 2 requests failed at 1')
      expect(renderSweep(sweep)).toContain('Best configuration: none, no request succeeded.')
    } finally {
      await refusing.close()
    }
  })
})
