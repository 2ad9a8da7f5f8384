/** GPUs beside the server, by recorded texts of their exporters, whose metrics are computed by hand. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { renderMarkdown, renderText, runDocument } from '../../src/report/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { machineViews } from '../../src/serverView/energy.ts'
import { joinSnapshots, readSnapshot } from '../../src/serverView/snapshot.ts'

const text = (name: string): string => readFileSync(new URL(`./texts/${name}.txt`, import.meta.url), 'utf8')

const DCGM_ENERGY = /^(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION\{.*\}) (\d+)$/gm

/** The same text with so many joules more on each GPU. */
const later = (joules: number): string =>
  text('dcgm').replace(DCGM_ENERGY, (_, labels: string, value: string) => `${labels} ${Number(value) + joules * 1000}`)

describe('GPUs in the text of an exporter', () => {
  test("of NVIDIA's, without what it does not know", () => {
    const { engine, machines } = readSnapshot(text('dcgm'))
    expect(engine).toBeNull()
    expect(machines).toEqual([
      {
        id: 'GPU-aaaa',
        name: 'node-1 GPU 0, NVIDIA H100 80GB HBM3',
        readings: {
          utilization: 0.97,
          memoryBytes: 72 * 2 ** 30,
          powerWatts: 612.5,
          clockMHz: 1980,
          temperatureC: 61,
        },
        energyJoules: expect.closeTo(251_885_217.371, 3),
      },
      expect.objectContaining({ id: 'GPU-bbbb', energyJoules: expect.closeTo(260_537_897.279, 3) }),
    ])
  })

  test("of AMD's, by its first partition and the clock of its system, under each of its names", () => {
    const lower = text('amd')
    const capitals = lower.replace(/^gpu_\w+/gm, (name) => name.toUpperCase())
    const prefixed = lower.replace(/^gpu_/gm, 'amd_gpu_')
    for (const written of [lower, capitals, prefixed]) {
      const [first, second] = readSnapshot(written).machines
      expect(first).toEqual({
        id: '72ff740f-0000-1000-804c-3b58bf67050e',
        name: 'node-2 GPU 0, Instinct MI300X',
        readings: {
          utilization: 0.88,
          memoryBytes: 179 * 2 ** 30,
          powerWatts: 748,
          clockMHz: 2100,
          temperatureC: 76,
        },
        energyJoules: expect.closeTo(140_615_100, 3),
      })
      expect(second!.readings).toEqual({ powerWatts: 751 })
      expect(second!.energyJoules).toBeCloseTo(150_200_000, 3)
    }
  })

  test('of a divided GPU, once', () => {
    const divided = [3, 5]
      .map((part) => `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a",GPU_I_ID="${part}"} 257858000`)
      .join('\n')
    expect(readSnapshot(divided).machines).toEqual([
      { id: 'GPU-a', name: 'GPU 0', readings: {}, energyJoules: 257_858 },
    ])
  })

  test('stand side by side where several exporters are asked', () => {
    const { machines, engine } = joinSnapshots([readSnapshot(text('dcgm')), readSnapshot(text('amd'))])
    expect(engine).toBeNull()
    expect(machines).toHaveLength(4)
  })
})

test('replicas of an engine add up', () => {
  const replica = (running: number, usage: number, buckets: readonly [string, number][]): string =>
    [
      `vllm:num_requests_running{model_name="m"} ${running}`,
      `vllm:kv_cache_usage_perc{model_name="m"} ${usage}`,
      `vllm:generation_tokens_total{model_name="m"} ${running * 100}`,
      ...buckets.map(([le, count]) => `vllm:e2e_request_latency_seconds_bucket{le="${le}"} ${count}`),
      `vllm:e2e_request_latency_seconds_sum ${running}`,
      `vllm:e2e_request_latency_seconds_count ${buckets.at(-1)![1]}`,
    ].join('\n')
  const joined = joinSnapshots([
    readSnapshot(
      replica(3, 0.2, [
        ['0.5', 1],
        ['1', 4],
        ['+Inf', 4],
      ]),
    ),
    readSnapshot(
      replica(5, 0.6, [
        ['0.5', 2],
        ['2', 5],
        ['+Inf', 6],
      ]),
    ),
  ])
  expect(joined.engine).toBe('vllm')
  expect(joined.gauges).toEqual({ running: 8, kvCacheShare: 0.4 })
  expect(joined.counters).toEqual({ outputTokens: 800 })
  // Up to 1 s: 4 of the first, and at least the 2 of the second that took up to 0.5 s.
  expect(joined.histograms.latency).toEqual({
    bounds: [0.5, 1, 2, Number.POSITIVE_INFINITY],
    counts: [3, 6, 9, 10],
    sumSeconds: 8,
    n: 10,
  })
})

describe('the energy of a run', () => {
  const scrape = (at: number, lines: string) => ({ ...readSnapshot(lines), at })
  const powered = (watts: number): string => `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a"} ${watts}`

  test("is the growth of the GPU's counter", () => {
    const [first] = machineViews({
      before: scrape(0, later(0)),
      during: [scrape(1000, later(300))],
      after: scrape(2000, later(900)),
      failures: new Map(),
    })
    expect(first!.energyJoules).toBeCloseTo(900, 3)
    expect(first!.energyFrom).toBe('counter')
  })

  test('is the power between scrapes where there is no counter', () => {
    const [first] = machineViews({
      before: scrape(0, powered(100)),
      during: [scrape(1000, powered(500))],
      after: scrape(3000, powered(300)),
      failures: new Map(),
    })
    // 1 s at 300 W on average, then 2 s at 400 W.
    expect(first!.energyJoules).toBeCloseTo(1100, 9)
    expect(first!.energyFrom).toBe('power')
    expect(first!.readings.powerWatts).toEqual({ n: 1, mean: 500, max: 500 })
  })

  test('is not known where the counter began anew and nothing else tells', () => {
    const energy = (mJ: number): string => `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a"} ${mJ}`
    const [first] = machineViews({
      before: scrape(0, energy(5000)),
      during: [],
      after: scrape(1000, energy(10)),
      failures: new Map(),
    })
    expect(first!.energyJoules).toBeNull()
  })
})

describe('metricsUrl with an engine and the exporter of its GPUs', () => {
  /** Each GPU uses 50 J from one look to the next. */
  async function exporter(): Promise<{ url: string; looks: () => number }> {
    let looks = 0
    const server = createServer((_, response) => response.end(later(50 * looks++)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, looks: () => looks }
  }

  const scenario = async (more: Record<string, unknown>) => {
    const engine = await startServer({ ttft: { meanMs: 20 }, itl: { meanMs: 2 }, outputTokens: 10 })
    onTestFinished(() => engine.close())
    return runPerfBenchmark({
      url: engine.url,
      model: 'm',
      number: 10,
      parallel: 2,
      metricsInterval: 0.05,
      outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-energy-')),
      ...more,
    })
  }

  test('gates the energy of a request and of a token, and shows each GPU', async () => {
    const { url, looks } = await exporter()
    const { result } = await scenario({
      metricsUrl: ['/metrics', url],
      thresholds: {
        totalEnergy: '<= 100 kJ',
        energyPerRequest: '> 1 J',
        energyPerToken: '> 0.1 J',
        tokensPerJoule: '< 10',
      },
    })
    const { engine, energy, machines, failures } = result.server!
    expect(failures).toEqual([])
    expect(engine).toBe('vllm')
    // Two GPUs at 50 J from each look to the next.
    const joules = 2 * 50 * (looks() - 1)
    expect(energy!.joules).toBeCloseTo(joules, 3)
    expect(machines!.map(({ name }) => name)).toEqual([
      'node-1 GPU 0, NVIDIA H100 80GB HBM3',
      'node-1 GPU 1, NVIDIA H100 80GB HBM3',
    ])
    const actual = Object.fromEntries(result.thresholds.map((one) => [one.expression.split(' ')[0], one.actual]))
    expect(actual['energyPerRequest']).toBeCloseTo(joules / 10, 3)
    expect(actual['energyPerToken']).toBeCloseTo(joules / 100, 4)
    expect(actual['tokensPerJoule']).toBeCloseTo(100 / joules, 6)
    expect(result.verdict).toBe('pass')
    expect(renderText(runDocument(result))).toContain('J per 1,000 output tokens')
    expect(renderMarkdown(runDocument(result))).toContain('| node-1 GPU 1, NVIDIA H100 80GB HBM3 |')
  })

  test('does not pass a gate on energy where an exporter does not answer', async () => {
    const { result } = await scenario({
      metricsUrl: ['/metrics', 'http://127.0.0.1:9/metrics'],
      thresholds: { totalEnergy: '<= 100 kJ' },
    })
    expect(result.verdict).toBe('fail')
    expect(result.server!.failures[0]!.message).toContain('127.0.0.1:9')
  })

  test('is needed for a gate on energy', async () => {
    await expect(scenario({ thresholds: { energyPerToken: '<= 1 J' } })).rejects.toThrow(
      'threshold "energyPerToken <= 1 J": energyPerToken needs the metrics of the GPUs; add metricsUrl',
    )
  })
})
