/** Holds the token counts a server reports against those of the tokenizer the user named. */
import type { Api } from '../apis/index.ts'
import { pacer } from '../datasets/index.ts'
import type { Bodies } from '../load/index.ts'
import {
  answersOf,
  C,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  ROW,
  type SampleBatch,
  textOf,
} from '../samples/index.ts'
import type { TokenCounter } from '../tokens/index.ts'
import { inputTokens } from './tokenEstimates.ts'

/** Counted after the load has ended, and only so many: the means of a few hundred requests are near those of all. */
const REQUESTS_AT_MOST = 200
const CHARACTERS_AT_MOST = 4_000_000
/** What is not counted by then is left out. */
const SECONDS_AT_MOST = 10
const TOLERANCE = 0.02

export interface UsageCheck {
  /** Keeps some of the succeeded requests of a batch. */
  add(batch: SampleBatch): void
  /** A sentence for the input and for the output tokens where server and tokenizer differ by more than 2 %. */
  notes(counter: TokenCounter, notice?: (text: string) => void): Promise<string[]>
}

export function usageCheck(bodies: Bodies, api: Api): UsageCheck {
  const kept: { request: string; input: number; output: number; answer: string }[] = []
  let characters = 0
  return {
    add(batch) {
      for (let row = 0; row < batch.count; row++) {
        if (kept.length >= REQUESTS_AT_MOST || characters >= CHARACTERS_AT_MOST) return
        const at = row * ROW
        const { numbers } = batch
        const estimated = numbers[at + C.flags]! & (FLAG_INPUT_ESTIMATED | FLAG_OUTPUT_ESTIMATED)
        if (estimated !== 0 || causeOf(batch, row) !== undefined) continue
        const answer = answersOf(batch, row).join('')
        // A conversation's later turns carry their own text.
        const request = textOf(batch, row, 'request') || bodies.text(numbers[at + C.body]!)
        // A single text beyond the limit would take as long as all the others.
        if (characters + answer.length + request.length > CHARACTERS_AT_MOST) continue
        characters += answer.length + request.length
        kept.push({ request, input: numbers[at + C.inputTokens]!, output: numbers[at + C.outputTokens]!, answer })
      }
    },
    async notes(counter, notice = () => {}) {
      const inputs: [reported: number, counted: number][] = []
      const outputs: typeof inputs = []
      const pace = pacer('checking the token counts of answers', kept.length, notice)
      const until = performance.now() + SECONDS_AT_MOST * 1000
      for (const [i, { request, input, output, answer }] of kept.entries()) {
        inputs.push([input, inputTokens(request, api, counter)])
        // An answer without text (a tool call, an embedding) cannot be counted.
        if (answer !== '') outputs.push([output, counter.count(answer)])
        await pace(i + 1)
        if (performance.now() > until) break
      }
      return [...note('input', inputs, counter), ...note('output', outputs, counter)]
    },
  }
}

function note(
  kind: string,
  pairs: readonly (readonly [reported: number, counted: number])[],
  { name }: TokenCounter,
): string[] {
  const known = pairs.filter(([reported]) => !Number.isNaN(reported))
  const reported = known.reduce((sum, [tokens]) => sum + tokens, 0)
  const counted = known.reduce((sum, [, tokens]) => sum + tokens, 0)
  if (known.length === 0 || counted === 0 || Math.abs(reported - counted) <= TOLERANCE * counted) return []
  const difference = (100 * (reported - counted)) / counted
  return [
    `The server reported ${reported} ${kind} tokens for ${known.length} requests where ${name} counts ${counted} (${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(1)} %): it may use another tokenizer, or another chat template.`,
  ]
}
