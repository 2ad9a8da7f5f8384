/** Output speed by length of prompt, for the datasets that are about it. */
import type { Result } from '../result/index.ts'
import { C, causeOf, ROW, type SampleBatch } from '../samples/index.ts'

export interface SpeedRecorder {
  add(batch: SampleBatch): void
  /** A row for each length of prompt, shortest first. */
  rows(): NonNullable<Result['speed']>
}

/**
 * Speed of a request = its output tokens / its latency in seconds; of a length, the mean over its requests, as
 * EvalScope's "Speed Benchmark Results" has it. Requests with unknown token counts are not among them.
 */
export function speedRecorder(): SpeedRecorder {
  const byLength = new Map<number, { requests: number; sum: number }>()
  return {
    add(batch) {
      for (let row = 0; row < batch.count; row++) {
        if (causeOf(batch, row) !== undefined) continue
        const numbers = batch.numbers.subarray(row * ROW, (row + 1) * ROW)
        const length = numbers[C.inputTokens]!
        const speed = numbers[C.outputTokens]! / ((numbers[C.endedAt]! - numbers[C.startedAt]!) / 1000)
        if (Number.isNaN(length) || !Number.isFinite(speed)) continue
        const soFar = byLength.get(length) ?? { requests: 0, sum: 0 }
        byLength.set(length, { requests: soFar.requests + 1, sum: soFar.sum + speed })
      }
    },
    rows: () =>
      [...byLength]
        .sort(([a], [b]) => a - b)
        .map(([promptTokens, { requests, sum }]) => ({ promptTokens, requests, tokensPerSecond: sum / requests })),
  }
}
