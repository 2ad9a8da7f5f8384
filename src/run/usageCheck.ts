/**
 * Holds the token counts a server reports against those of a tokenizer: closely where the user named one, otherwise only
 * for answers that cannot have so many tokens, or so few.
 */
import { performance } from 'node:perf_hooks'
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
/** Enough to see that a server counts something else. */
const ROUGH_REQUESTS = 50
/** Characters of a token as tokenizers make them: outside of this an answer is counted. */
const LIKELY_CHARACTERS = { least: 2.6, most: 7.5 }

export interface UsageCheck {
  /** Keeps some of the succeeded requests of a batch. */
  add(batch: SampleBatch): void
  /** A sentence for the input and for the output tokens where server and tokenizer differ by more than 2 %. */
  notes(counter: TokenCounter, notice?: (text: string) => void): Promise<string[]>
}

/** For runs with a tokenizer of the model. */
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
        kept.push({ request, input: numbers[at + C.inputTokens]!, output: streamedTokens(numbers, at), answer })
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

export interface RoughCheck {
  add(batch: SampleBatch): void
  /** @param load gives some tokenizer; not called where the answers' lengths are those of so many tokens */
  notes(load: () => Promise<TokenCounter>): Promise<string[]>
}

/** For runs without: another model's tokenizer is far from exact, and near enough for a factor of two. */
export function roughUsageCheck(): RoughCheck {
  const kept: { output: number; answer: string }[] = []
  return {
    add(batch) {
      for (let row = 0; row < batch.count && kept.length < ROUGH_REQUESTS; row++) {
        const at = row * ROW
        const output = streamedTokens(batch.numbers, at)
        const isReported = (batch.numbers[at + C.flags]! & FLAG_OUTPUT_ESTIMATED) === 0
        if (!isReported || !(output > 0) || causeOf(batch, row) !== undefined) continue
        const answer = answersOf(batch, row).join('')
        if (answer !== '') kept.push({ output, answer: answer.slice(0, CHARACTERS_AT_MOST / ROUGH_REQUESTS) })
      }
    },
    async notes(load) {
      const reported = kept.reduce((sum, { output }) => sum + output, 0)
      const characters = kept.reduce((sum, { answer }) => sum + answer.length, 0) / reported
      const isLikely = characters >= LIKELY_CHARACTERS.least && characters <= LIKELY_CHARACTERS.most
      if (reported === 0 || isLikely) return []
      const counter = await load()
      const counted = kept.reduce((sum, { answer }) => sum + counter.count(answer), 0)
      const factor = reported / counted
      if (factor <= 2 && factor >= 0.5) return []
      return [
        `The server reported ${reported} output tokens for ${kept.length} answers whose text is about ${counted}: its usage counts something other than the text.`,
      ]
    },
  }
}

/** Output tokens that came as text; NaN where that is not known. */
function streamedTokens(numbers: Float64Array, at: number): number {
  return numbers[at + C.outputTokens]! - numbers[at + C.hiddenTokens]!
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
