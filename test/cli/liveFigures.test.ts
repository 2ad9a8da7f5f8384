/** The lines under the bar of a terminal, and the figures in them. */
import { describe, expect, test } from 'vitest'
import { main, type RunBenchmark } from '../../src/cli/index.ts'
import { sparkline } from '../../src/cli/progress.ts'
import { recentRequests } from '../../src/run/progress.ts'
import { BatchWriter, C, FAILURE_CAUSES, FLAG_WARMUP, ROW } from '../../src/samples/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeWorld } from './fakeWorld.ts'
import { screenOf } from './screen.ts'

type Progress = Parameters<NonNullable<Parameters<RunBenchmark>[1]['onProgress']>>[0]

const AT: Progress = {
  phase: 'measuring',
  level: 0,
  levels: 1,
  done: 10,
  failed: 0,
  inFlight: 4,
  total: 100,
  elapsedSeconds: 1,
  durationSeconds: null,
  qps: 10,
  recent: { latencyMs: { p50: 123.4, p99: 1234 }, ttftMs: { p50: 12.3, p99: 45.6 }, qps: 9.5, failures: {} },
}
const ESCAPE = '\u001b'
/** Without the empty line that the cursor stands on. */
async function block(bytes: string, columns = 200): Promise<string[]> {
  const { lines } = await screenOf(bytes, columns)
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

async function shownBy(
  reports: (Partial<Progress> | string)[],
  world: Parameters<typeof fakeWorld>[0] = { isTTY: true, columns: 80, env: { LANG: 'C.UTF-8', NO_COLOR: '1' } },
): Promise<{ during: string[][]; after: string[]; bytes: string }> {
  const fake = fakeWorld(world)
  const during: string[][] = []
  await main([], fake, async (_, { onProgress, onNotice }) => {
    for (const report of reports) {
      if (typeof report === 'string') onNotice!(report)
      else onProgress!({ ...AT, ...report })
      during.push(await block(fake.err()))
    }
    return { results: [PUBLISHED], verdict: 'pass' }
  })
  return { during, after: await block(fake.err()), bytes: fake.err() }
}

test('latency, TTFT, throughput and in-flight stand under the bar, and are updated in place', async () => {
  const { during, after } = await shownBy([{}, { elapsedSeconds: 2, inFlight: 8 }])
  const [, latency, ttft, requests, inFlight] = during[1]!
  expect(during[1]).toHaveLength(5)
  expect(latency).toBe(`${'latency   p50 123 ms    p99 1234 ms'.padEnd(41)}██`)
  expect(ttft).toBe(`${'TTFT      p50 12.3 ms   p99 45.6 ms'.padEnd(41)}██`)
  expect(requests).toBe(`${'requests  9.50/s over the last 10 s'.padEnd(41)}██`)
  expect(inFlight).toBe(`${'in flight 8'.padEnd(41)}▅█`)
  expect(after).toEqual([''])
})

test('failures are counted by cause, most frequent first', async () => {
  const { during } = await shownBy([{ recent: { ...AT.recent!, failures: { reset: 1, 'http-5xx': 3 } } }])
  expect(during[0]!.at(-1)).toBe('failed    3 × http-5xx, 1 × reset')
})

test('a notice stands above the figures and stays when they go', async () => {
  const { during, after } = await shownBy([{}, 'something happened', {}])
  expect(during[2]![0]).toBe('perfgate: something happened')
  expect(during[2]).toHaveLength(6)
  expect(after).toEqual(['perfgate: something happened'])
})

test('lines that are no longer there are wiped', async () => {
  const { during } = await shownBy([{}, { phase: 'writing' as const, recent: { ...AT.recent!, ttftMs: null } }])
  expect(during[0]).toHaveLength(5)
  expect(during[1]).toHaveLength(4)
})

describe('terminals', () => {
  test('no line is wider than the terminal, and a narrow one has the bar alone', async () => {
    for (const columns of [20, 43, 44, 50, 60, 80, 200]) {
      const env = { LANG: 'C.UTF-8' }
      const failures = Object.fromEntries(FAILURE_CAUSES.map((cause) => [cause, 1000]))
      const { during } = await shownBy([{ recent: { ...AT.recent!, failures } }], { isTTY: true, columns, env })
      expect(Math.max(...during[0]!.map((line) => line.length))).toBeLessThan(columns)
      expect(during[0]!.length).toBe(columns < 44 ? 1 : 6)
    }
  })

  test('without Unicode everything is ASCII, and with NO_COLOR nothing is coloured', async () => {
    const failures = { reset: 2 }
    const { bytes } = await shownBy([{ recent: { ...AT.recent!, failures } }, { elapsedSeconds: 2 }], {
      isTTY: true,
      columns: 80,
      env: { LANG: 'C', NO_COLOR: '1' },
    })
    expect([...bytes].every((sign) => sign.charCodeAt(0) < 128)).toBe(true)
    expect(bytes).not.toContain(`${ESCAPE}[31m`)
    const coloured = await shownBy([{ recent: { ...AT.recent!, failures } }], {
      isTTY: true,
      columns: 80,
      env: { LANG: 'C' },
    })
    expect(coloured.bytes).toContain(`${ESCAPE}[31m`)
  })

  test('a log has no figures in place, only its calm lines', async () => {
    const { bytes } = await shownBy([{ elapsedSeconds: 6 }], { isTTY: false })
    expect(bytes.split('\n')[0]).toBe('measuring 10/100, 10.0 requests/s, 0 failed, 4 in flight, ETA 9 s')
    expect(bytes).not.toContain(ESCAPE)
  })
})

test('a sparkline goes from zero to its largest value, with gaps where nothing was measured', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], true)).toBe('▁▂▃▄▅▆▇██')
  expect(sparkline([8, Number.NaN, 4], false)).toBe('@ +')
  expect(sparkline([0, 0], true)).toBe('▁▁')
  expect(sparkline([], true)).toBe('')
})

describe('the figures of the last seconds', () => {
  /** Requests of 50 ms with their first token after 10 ms, one each 100 ms, the k-th ending at k × 100 ms. */
  function batchOf(ends: readonly number[], more: (values: Float64Array, k: number) => void = () => {}) {
    const writer = new BatchWriter(0)
    ends.forEach((end, k) => {
      const values = new Float64Array(ROW).fill(Number.NaN)
      values[C.startedAt] = end - 50
      values[C.firstTokenAt] = end - 40
      values[C.endedAt] = end
      values[C.cause] = -1
      values[C.flags] = 0
      more(values, k)
      writer.add(values, new Float64Array(0), 0, ['', '', '', ''])
    })
    return writer.take()
  }
  const ends = Array.from({ length: 300 }, (_, k) => (k + 1) * 100)

  test('are those of the requests that ended in the last 10 s', () => {
    const recent = recentRequests()
    recent.add(
      batchOf(ends, (values, k) => {
        if (k < 199) values[C.startedAt] = values[C.endedAt]! - 9000
        if (k === 250 || k === 251) values[C.startedAt] = values[C.endedAt]! - 5000
      }),
    )
    const { latencyMs, ttftMs, qps } = recent.figures(30_000)
    expect(latencyMs).toEqual({ p50: 50, p99: 50 + 4950 })
    expect(ttftMs).toEqual({ p50: 10, p99: 4960 })
    // From 20 s to 30 s, both ends included: 101 requests, of which p99 is the second largest.
    expect(qps).toBeCloseTo(10.1, 9)
  })

  test('count failures by cause and leave them and the warmup out of the times', () => {
    const recent = recentRequests()
    recent.add(
      batchOf([1000, 1100, 1200, 1300], (values, k) => {
        if (k === 1) values[C.cause] = FAILURE_CAUSES.indexOf('reset')
        if (k === 2) values[C.flags] = FLAG_WARMUP
        if (k !== 0) values[C.startedAt] = 0
      }),
    )
    expect(recent.figures(1400)).toMatchObject({ failures: { reset: 1 }, latencyMs: { p50: 1300 } })
    expect(recentRequests().figures(0)).toEqual({ latencyMs: null, ttftMs: null, qps: 0, failures: {} })
  })

  test('of a fast run are those of its latest requests', () => {
    const recent = recentRequests()
    recent.add(batchOf(Array.from({ length: 10_000 }, (_, k) => 1000 + k / 2)))
    // 2,000 ends in the last second.
    expect(recent.figures(6000).qps).toBeCloseTo(2000, -1)
  })
})
