/** The bar of a terminal and the lines of a log. */
import { describe, expect, test } from 'vitest'
import { main, type RunBenchmark } from '../../src/cli/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeWorld, type World } from './fakeWorld.ts'
import { screenOf } from './screen.ts'

type Progress = Parameters<NonNullable<Parameters<RunBenchmark>[1]['onProgress']>>[0]

const AT: Progress = {
  phase: 'measuring',
  level: 0,
  levels: 1,
  done: 0,
  failed: 0,
  inFlight: 4,
  total: 100,
  elapsedSeconds: 0,
  durationSeconds: null,
  qps: 0,
}

/** Runs with these reports of progress; what the run says in between is given as text. */
async function run(world: World, reports: (Partial<Progress> | string)[], ...args: string[]): Promise<string> {
  await main(args, world, async (_, { onProgress, onNotice }) => {
    for (const report of reports) {
      if (typeof report === 'string') onNotice!(report)
      else onProgress!({ ...AT, ...report })
    }
    return { results: [PUBLISHED], verdict: 'pass' }
  })
  return world.err()
}

describe('in a log', () => {
  test('a plain line comes every five seconds of the run', async () => {
    const reports = [0.1, 4.9, 5, 5.1, 9.9, 10.2].map((elapsedSeconds) => ({
      elapsedSeconds,
      done: Math.floor(elapsedSeconds * 5),
      qps: 10,
      failed: 1,
    }))
    expect(await run(fakeWorld(), reports)).toBe(
      'measuring 25/100, 10.0 requests/s, 1 failed, 4 in flight, ETA 8 s\nmeasuring 51/100, 10.0 requests/s, 1 failed, 4 in flight, ETA 5 s\n',
    )
  })

  test('with --log-every-n-query it comes every n requests', async () => {
    const reports = [1, 9, 10, 11, 25, 29].map((done) => ({ done, elapsedSeconds: done * 10 }))
    const lines = (await run(fakeWorld(), reports, '--log-every-n-query', '10')).trimEnd().split('\n')
    expect(lines.map((line) => line.split(',')[0])).toEqual(['measuring 10/100', 'measuring 25/100'])
  })

  test('levels of a sweep are counted, each from its own start', async () => {
    const reports = [
      { level: 0, levels: 2, elapsedSeconds: 6 },
      { level: 1, levels: 2, elapsedSeconds: 1 },
      { level: 1, levels: 2, elapsedSeconds: 5.5 },
    ]
    const lines = (await run(fakeWorld(), reports)).trimEnd().split('\n')
    expect(lines.map((line) => line.slice(0, 15))).toEqual(['[1/2] measuring', '[2/2] measuring'])
  })

  test('a run bounded by time counts without an end and tells the time left', async () => {
    const text = await run(fakeWorld(), [{ total: null, durationSeconds: 90, elapsedSeconds: 6, done: 7, qps: 1.1666 }])
    expect(text).toBe('measuring 7 done, 1.17 requests/s, 0 failed, 4 in flight, ETA 1 min 24 s\n')
  })
})

describe('in a terminal', () => {
  const reports = [{ phase: 'warmup' as const, done: 2 }, { done: 1 }, { done: 50, elapsedSeconds: 5, qps: 10 }]

  test('there is one line, which each report overwrites', async () => {
    let shown: string[] = []
    const world = fakeWorld({ isTTY: true, env: { LANG: 'C' } })
    await main([], world, async (_, { onProgress }) => {
      for (const report of reports) onProgress!({ ...AT, ...report })
      shown = (await screenOf(world.err())).lines
      return { results: [PUBLISHED], verdict: 'pass' }
    })
    expect(shown).toHaveLength(2)
    expect(shown[0]).toMatch(/^measuring (#+)(\.+) 50\/100 \| 10\.0 requests\/s \| 0 failed \| 4 in flight \| ETA 5 s$/)
    const [, full, empty] = /(#+)(\.+)/.exec(shown[0]!)!
    expect(Math.abs(full!.length - empty!.length)).toBeLessThanOrEqual(1)
    expect(shown[0]!.length).toBeLessThan(80)
  })

  test('nothing is left over and the cursor is given back', async () => {
    const bytes = await run(fakeWorld({ isTTY: true }), reports)
    expect((await screenOf(bytes)).lines).toEqual([''])
    expect(bytes.indexOf('\u001b[?25l')).toBe(0)
    expect(bytes.endsWith('\u001b[?25h')).toBe(true)
    expect(bytes.split('\u001b[?25h')).toHaveLength(2)
  })

  test('a notice stands above the bar, which stays whole', async () => {
    const bytes = await run(fakeWorld({ isTTY: true }), [...reports, 'more threads were added'])
    expect((await screenOf(bytes)).lines).toEqual(['perfgate: more threads were added', ''])
  })

  test.each([20, 40, 60])('of %i columns the line is not wrapped', async (columns) => {
    const world = fakeWorld({ isTTY: true, columns })
    await main([], world, async (_, { onProgress }) => {
      onProgress!({ ...AT, done: 50, elapsedSeconds: 5, qps: 10 })
      const { lines, wrapped } = await screenOf(world.err(), columns)
      expect([lines.length, wrapped]).toEqual([2, 0])
      return { results: [PUBLISHED], verdict: 'pass' }
    })
  })

  test('an error takes the bar away first', async () => {
    const world = fakeWorld({ isTTY: true })
    await main([], world, async (_, { onProgress }) => {
      onProgress!(AT)
      throw new Error('disk full')
    })
    expect((await screenOf(world.err())).lines[0]).toBe('perfgate: Error: disk full')
    expect(world.err().split('\u001b[?25h')).toHaveLength(2)
  })
})
