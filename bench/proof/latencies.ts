/** Latencies as servers have them: a share of their scatter belongs to the prompt, neighbours are correlated, tails are heavy. */

import type { BlockPair, SideBlock } from '../../src/gates/index.ts'
import { normal, type Random } from '../../src/random/index.ts'

export interface LatencyModel {
  /** Requests of each side. */
  requests: number
  blocks: number
  /** How much longer each request of the candidate takes: 1.1 is 10 %. */
  factor: number
  /** Coefficient of variation of one side's latencies. */
  variation: number
  /** Lag-1 autocorrelation of what is not the prompt's. */
  correlation: number
  /** Share of the variance of log latency that both requests of a prompt have in common. */
  promptShare: number
  /** Heavy tail: each request has this chance of a stall, which multiplies its time by 3 to 10. 0: none. */
  stalls?: number
}

/** Log-normal latencies around 100 ms, sent one after another, as first-order autoregressive noise on the log scale. */
export function drawBlocks(model: LatencyModel, random: Random): BlockPair[] {
  const { requests, blocks, variation, promptShare } = model
  const sigma = Math.sqrt(Math.log(1 + variation ** 2))
  const prompts = Array.from({ length: requests }, () => sigma * Math.sqrt(promptShare) * normal(random))
  const noise = sigma * Math.sqrt(1 - promptShare)
  const side = (factor: number): Float64Array => {
    const series = autoregressive(requests, model.correlation, random)
    return Float64Array.from(prompts, (prompt, i) => {
      const stall = model.stalls !== undefined && random() < model.stalls ? 3 + 7 * random() : 1
      return 100 * factor * stall * Math.exp(prompt + noise * series[i]!)
    })
  }
  const baseline = side(1)
  const candidate = side(model.factor)
  return Array.from({ length: blocks }, (_, block) => {
    const from = Math.floor((block * requests) / blocks)
    const to = Math.floor(((block + 1) * requests) / blocks)
    return { baseline: blockOf(baseline.slice(from, to)), candidate: blockOf(candidate.slice(from, to)) }
  })
}

function autoregressive(n: number, correlation: number, random: Random): Float64Array {
  const series = new Float64Array(n)
  const step = Math.sqrt(1 - correlation ** 2)
  for (let i = 0; i < n; i++)
    series[i] = i === 0 ? normal(random) : correlation * series[i - 1]! + step * normal(random)
  return series
}

/** One request at a time, each of 50 tokens, whose first comes after a fifth of the time. */
function blockOf(latency: Float64Array): SideBlock {
  const n = latency.length
  return {
    seconds: latency.reduce((sum, value) => sum + value, 0) / 1000,
    amounts: { total: n, succeeded: n, good: 0, outputTokens: n * 50, totalTokens: n * 80 },
    values: { latency, ttft: latency.map((value) => value / 5) },
  }
}
