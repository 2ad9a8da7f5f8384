/** Counts tokens ourselves where the server reported none, and marks those samples; runs off the load threads. */

import type { Bodies } from '../load/index.ts'
import {
  C,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  ROW,
  type SampleBatch,
  textOf,
} from '../samples/index.ts'
import type { TokenCounter } from '../tokens/index.ts'

/** True when a succeeded row lacks a count. */
export function lacksTokens(batch: SampleBatch): boolean {
  for (let row = 0; row < batch.count; row++) if (rowLacksTokens(batch, row)) return true
  return false
}

export function estimateTokens(
  batch: SampleBatch,
  bodies: Bodies,
  counter: TokenCounter,
  inputCounts: Map<number, number>,
): void {
  for (let row = 0; row < batch.count; row++) {
    if (!rowLacksTokens(batch, row)) continue
    const at = row * ROW
    const numbers = batch.numbers
    if (Number.isNaN(numbers[at + C.inputTokens]!)) {
      const body = numbers[at + C.body]!
      let count = inputCounts.get(body)
      if (count === undefined) {
        count = inputTokens(bodies.text(body), counter)
        inputCounts.set(body, count)
      }
      numbers[at + C.inputTokens] = count
      numbers[at + C.flags]! |= FLAG_INPUT_ESTIMATED
    }
    if (Number.isNaN(numbers[at + C.outputTokens]!)) {
      numbers[at + C.outputTokens] = counter.count(JSON.parse(`"${textOf(batch, row, 'answer')}"`) as string)
      numbers[at + C.flags]! |= FLAG_OUTPUT_ESTIMATED
    }
  }
}

function rowLacksTokens(batch: SampleBatch, row: number): boolean {
  if (causeOf(batch, row) !== undefined) return false
  const at = row * ROW
  return Number.isNaN(batch.numbers[at + C.inputTokens]!) || Number.isNaN(batch.numbers[at + C.outputTokens]!)
}

/** Tokens of a request's input, whichever of the fields of the APIs it is in. */
export function inputTokens(bodyText: string, counter: TokenCounter): number {
  const body = JSON.parse(bodyText) as { messages?: { role: string; content: unknown }[]; prompt?: unknown }
  if (Array.isArray(body.messages)) return counter.countMessages(body.messages)
  if (Array.isArray(body.prompt) && typeof body.prompt[0] === 'number') return body.prompt.length
  return counter.count([body.prompt].flat().join('\n'))
}
