/** The figures of each stage of a ramp: those of the requests that were due in it. */
import type { Stage } from '../config/index.ts'
import { type Objective, RunMetrics } from '../metrics/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'

export class StageMetrics {
  readonly #startedAt: number
  /** Milliseconds from the start. */
  readonly #ends: number[] = []
  readonly #stages: RunMetrics[] = []

  /** @param startedAt of the measured phase, on the clock of the stamps */
  constructor(startedAt: number, stages: readonly Stage[], objectives: readonly Objective[]) {
    this.#startedAt = startedAt
    let endMs = 0
    for (const { duration } of stages) {
      this.#stages.push(new RunMetrics(startedAt + endMs, objectives))
      endMs += duration * 1000
      this.#ends.push(endMs)
    }
  }

  add(batch: SampleBatch): void {
    for (let row = 0; row < batch.count; row++) {
      const dueMs = batch.numbers[row * ROW + C.scheduledAt]! - this.#startedAt
      const stage = this.#ends.findIndex((end) => dueMs < end)
      this.#stages.at(stage)?.addRow(batch, row)
    }
  }

  /** @param stage from 1 */
  of(stage: number): RunMetrics {
    return this.#stages[stage - 1]!
  }
}
