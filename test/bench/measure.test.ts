import { describe, expect, it } from 'vitest'
import { cpuUsPerRequest, cpuWindow, type EngineFigures, stampedStream } from '../../bench/engine/index.ts'
import { abba, median, medianRatio, pinned, quantiles, runChild, stampErrorsMs } from '../../bench/measure/index.ts'

const options = { core: undefined, timeoutMs: 20_000 }

describe('a paired comparison', () => {
  it('runs a b b a, so that a steady drift hits both alike', async () => {
    let order = ''
    let speed = 100
    const run = (name: string, factor: number) => async (): Promise<number> => {
      order += name
      speed -= 1
      return factor * speed
    }
    const paired = await abba(4, run('a', 2), run('b', 1))
    expect(order).toBe('abbaabba')
    expect(paired.a.reduce((x, y) => x + y) / paired.b.reduce((x, y) => x + y)).toBeCloseTo(2, 10)
  })

  it('is judged by the median of the pairs, which one disturbed run does not move', () => {
    expect(medianRatio({ a: [20, 2, 22], b: [10, 10, 11] }, (rps) => rps)).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })
})

describe('quantiles', () => {
  it('take index floor(p × n) of the ascending values', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i)
    expect(quantiles(values)).toEqual({ n: 200, min: 1, mean: 100.5, p50: 101, p99: 199, max: 200 })
  })
})

describe('a child under measurement', () => {
  it('gives the JSON object it printed last', async () => {
    expect(
      await runChild(
        process.execPath,
        ['-e', 'console.log("noise"); console.log(JSON.stringify({ rps: 7 }))'],
        options,
      ),
    ).toEqual({ rps: 7 })
  })

  it('that fails is an error with its own words', async () => {
    await expect(
      runChild(process.execPath, ['-e', 'console.error("out of sockets"); process.exit(3)'], options),
    ).rejects.toThrow(/code 3: out of sockets/)
    await expect(runChild(process.execPath, ['-e', 'console.log("hello")'], options)).rejects.toThrow(
      'printed no JSON object: hello',
    )
  })

  it('is pinned to its core where one is chosen', () => {
    expect(pinned(1, 'node', ['a.ts'])).toEqual(['taskset', ['-c', '1', 'node', 'a.ts']])
    expect(pinned(undefined, 'node', ['a.ts'])).toEqual(['node', ['a.ts']])
  })
})

describe('the cost of a run', () => {
  const samples = [
    { atMs: 1000, done: 0, cpuUs: 500_000, rssMiB: 90 },
    { atMs: 1100, done: 1000, cpuUs: 580_000, rssMiB: 91 },
    { atMs: 1200, done: 2000, cpuUs: 640_000, rssMiB: 92 },
    { atMs: 1300, done: 4000, cpuUs: 760_000, rssMiB: 92 },
  ]
  const figures = { samples } as EngineFigures

  it('per request leaves out what came before the first finished ones', () => {
    expect(cpuUsPerRequest(figures)).toBe(60)
  })

  it('in a window is that between the samples within it', () => {
    expect(cpuWindow(figures, 50, 250)).toEqual({ cpuUs: 60_000, wallUs: 100_000 })
    expect(() => cpuWindow(figures, 250, 900)).toThrow('too short')
  })
})

describe('stamp errors', () => {
  const short = { writtenUs: [1_000_000, 2_500_000], arrivedUs: [1_000_100, 2_500_300] }
  const long = { writtenUs: [1_200_000, 2_400_000, 3_000_000], arrivedUs: [1_200_200, 2_400_050, 3_004_000] }

  it('are arrival minus writing, apart for the time in which all streams are open', () => {
    expect(stampErrorsMs([short, long], 0)).toEqual({ open: [0.1, 0.3, 0.2, 0.05], ending: [4] })
  })

  it('leave out the first seconds', () => {
    expect(stampErrorsMs([short, long], 1)).toEqual({ open: [0.3, 0.05], ending: [4] })
  })

  it('are refused when tokens and stamps of a request do not pair up', () => {
    const request = { id: 'a', worker: 0, scheduledUs: 0, startedUs: 0 }
    expect(
      stampedStream({ ...request, arrivalsUs: [5, 7], text: ' 0000000000000004 0000000000000006' }).writtenUs,
    ).toEqual([4, 6])
    expect(() => stampedStream({ ...request, arrivalsUs: [1], text: ' 1 2' })).toThrow('2 tokens but 1 stamps')
  })
})
