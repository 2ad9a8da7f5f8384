import { describe, expect, it } from 'vitest'
import { cpuUsPerRequest, cpuWindow, type EngineFigures, stampErrorsMs } from '../../bench/engine/index.ts'
import { abba, median, medianRatio, pinned, quantiles, runChild } from '../../bench/measure/index.ts'

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
    expect(quantiles(values)).toEqual({ n: 200, mean: 100.5, p50: 101, p99: 199, max: 200 })
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
  const request = { id: 'a', worker: 0, scheduledUs: 0, startedUs: 0 }

  it('are arrival minus the moment in the text, without the tokens of the first seconds', () => {
    const requests = [
      { ...request, arrivalsUs: [1_000_100, 2_500_300], text: ' 0000000001000000 0000000002500000' },
      { ...request, arrivalsUs: [3_000_050], text: ' 0000000003000000' },
    ]
    expect(stampErrorsMs(requests, 0)).toEqual([0.1, 0.3, 0.05])
    expect(stampErrorsMs(requests, 1)).toEqual([0.3, 0.05])
  })

  it('are refused when tokens and stamps do not pair up', () => {
    expect(() => stampErrorsMs([{ ...request, arrivalsUs: [1], text: ' 1 2' }], 0)).toThrow('2 tokens but 1 stamps')
  })
})
