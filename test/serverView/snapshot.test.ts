import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePrometheus } from '../../src/serverView/prometheus.ts'
import { histogramBetween, readSnapshot } from '../../src/serverView/snapshot.ts'

const text = (name: string): string => readFileSync(new URL(`./texts/${name}.txt`, import.meta.url), 'utf8')

describe('parsePrometheus', () => {
  it('reads names, labels with escapes, numbers as Go writes them, and timestamps', () => {
    const samples = parsePrometheus(
      [
        '# HELP a:b words # TYPE',
        'a:b 3',
        'a:b{x="1",y="a \\"b\\" \\\\ \\n, }",} -1.5e+03 1700000000000',
        'inf +Inf',
        'none NaN\r',
        '',
      ].join('\n'),
    )
    expect(samples.get('a:b')).toEqual([
      { labels: {}, value: 3 },
      { labels: { x: '1', y: 'a "b" \\ \n, }' }, value: -1500 },
    ])
    expect(samples.get('inf')![0]!.value).toBe(Number.POSITIVE_INFINITY)
    expect(samples.get('none')![0]!.value).toBeNaN()
  })

  it.each([
    ['ok 1\n<html>', 'line 2: no metric\'s name: "<html>"'],
    ['a{x=1} 2', 'line 1: labels of "a" are not of the form {name="value",…}'],
    ['a{x="1" 2', 'line 1: labels of "a" are not of the form {name="value",…}'],
    ['a', 'line 1: "a" has no value: "a"'],
    ['a b', 'line 1: value of "a" is not a number: "b"'],
    ['a 1 2 3', 'line 1: "a" has no value: "a 1 2 3"'],
  ])('names the line of %j', (wrong, message) => {
    expect(() => parsePrometheus(wrong)).toThrow(message)
  })
})

describe('readSnapshot', () => {
  it('vLLM, with label sets added up, and a renamed metric under its older name', () => {
    const snapshot = readSnapshot(
      [
        'vllm:num_requests_running{engine="0"} 2',
        'vllm:num_requests_running{engine="1"} 3',
        'vllm:gpu_cache_usage_perc{engine="0"} 0.5',
        'vllm:gpu_cache_usage_perc{engine="1"} 0.1',
        'vllm:request_queue_time_seconds_bucket{engine="0",le="1"} 4',
        'vllm:request_queue_time_seconds_bucket{engine="0",le="+Inf"} 5',
        'vllm:request_queue_time_seconds_bucket{engine="1",le="1"} 1',
        'vllm:request_queue_time_seconds_bucket{engine="1",le="+Inf"} 1',
        'vllm:request_queue_time_seconds_sum{engine="0"} 3',
        'vllm:request_queue_time_seconds_sum{engine="1"} 0.5',
        'vllm:request_queue_time_seconds_count{engine="0"} 5',
        'vllm:request_queue_time_seconds_count{engine="1"} 1',
        'vllm:prefix_cache_hits_total NaN',
      ].join('\n'),
    )
    expect(snapshot).toEqual({
      engine: 'vllm',
      machines: [],
      // Shares of two caches do not add up: their mean.
      gauges: { running: 5, kvCacheShare: 0.3 },
      counters: {},
      histograms: { queue: { bounds: [1, Number.POSITIVE_INFINITY], counts: [5, 6], sumSeconds: 3.5, n: 6 } },
    })
  })

  it('SGLang', () => {
    expect(readSnapshot(text('sglang'))).toEqual({
      engine: 'sglang',
      machines: [],
      gauges: { running: 162, waiting: 2826, kvCacheShare: 0.28 },
      counters: { promptTokens: 8_128_902, outputTokens: 7_557_572 },
      histograms: {
        ttft: { bounds: [0.1, 0.5, Number.POSITIVE_INFINITY], counts: [2, 7, 10], sumSeconds: 2.5, n: 10 },
      },
    })
  })

  it('TGI', () => {
    const { engine, gauges, counters, histograms } = readSnapshot(text('tgi'))
    expect({ engine, gauges, counters }).toEqual({
      engine: 'tgi',
      gauges: { running: 3, waiting: 5 },
      counters: { promptTokens: 4200, outputTokens: 2100 },
    })
    expect(histograms.queue).toMatchObject({ n: 42, sumSeconds: 8.4, counts: [30, 40, 42] })
    expect(histograms.latency).toMatchObject({ n: 42, sumSeconds: 84 })
  })

  it('llama.cpp', () => {
    expect(readSnapshot(text('llamacpp'))).toEqual({
      engine: 'llama.cpp',
      machines: [],
      gauges: { running: 2, waiting: 1, kvCacheShare: 0.125 },
      counters: { promptTokens: 116, outputTokens: 512 },
      histograms: {},
    })
  })

  it('says that no engine it knows is there', () => {
    expect(() => readSnapshot('go_goroutines 5')).toThrow(/none of the 1 metrics there is of a known engine \(vllm:…/)
  })
})

describe('histogramBetween', () => {
  const before = { bounds: [1, Number.POSITIVE_INFINITY], counts: [2, 3], sumSeconds: 4, n: 3 }

  it('is what was counted in between', () => {
    const after = { bounds: [1, Number.POSITIVE_INFINITY], counts: [5, 8], sumSeconds: 10, n: 8 }
    expect(histogramBetween(before, after)).toEqual({ ...after, counts: [3, 5], sumSeconds: 6, n: 5 })
    expect(histogramBetween(undefined, after)).toEqual(after)
  })

  it('is nothing when the server began anew', () => {
    expect(histogramBetween(before, { ...before, counts: [0, 1], sumSeconds: 1, n: 1 })).toBeUndefined()
  })
})
