/** What is remarkable of an answer although it is a success: one bit each, told once for a run with its number of answers. */
import { C, FLAG_WHOLE, spanTokens } from './sample.ts'

interface AnswerNote {
  /** As the DB has it. */
  name: string
  /** @param n of the answers have it @param of answers succeeded */
  sentence(n: number, of: number): string
}

/** In the order of their bits. */
const NOTES = [
  {
    name: 'no-finish-reason',
    sentence: (n, of) =>
      `${n} of ${of} answers ended with [DONE] but without a finish reason: the server may have cut them short.`,
  },
  {
    name: 'unknown-finish-reason',
    sentence: (n, of) =>
      `${n} of ${of} answers ended with a finish reason that perfgate does not know; they count as successes. The result DB has the words in "finish_reason".`,
  },
  {
    name: 'fewer-choices',
    sentence: (n, of) => `${n} of ${of} answers had fewer choices than were asked for: the server ignores n.`,
  },
  {
    name: 'only-reasoning',
    sentence: (n, of) =>
      `${n} of ${of} answers are reasoning only, without text: raise max-tokens, or lower the reasoning effort.`,
  },
  {
    name: 'unrecognized-output',
    sentence: (n, of) =>
      `${n} of ${of} answers had tokens by usage and no output that was recognized: they have no time to first token. A custom API can read them.`,
  },
  {
    name: 'one-piece',
    sentence: (n, of) =>
      `${n} of ${of} answers came in one piece although a stream was asked for: their time to first token is their latency.`,
  },
  {
    name: 'zero-usage',
    sentence: (n, of) =>
      `${n} of ${of} answers came with a usage of 0 tokens, which their output contradicts: perfgate counted the tokens itself.`,
  },
  {
    name: 'left-open',
    sentence: (n, of) =>
      `${n} of ${of} answers were whole, but the server kept the body open: perfgate stopped waiting for its end after 100 ms.`,
  },
  {
    name: 'hidden-reasoning',
    sentence: (n, of) =>
      `${n} of ${of} answers hold reasoning that was not streamed and not counted on its own: they have no time per output token.`,
  },
  {
    name: 'one-read',
    sentence: (n, of) =>
      `${n} of ${of} streams arrived in a single read, so something on the way collects them: they have no TPOT and no ITL. Turn off buffering in the proxy (for nginx: proxy_buffering off).`,
  },
  {
    name: 'few-tokens',
    sentence: (n, of) =>
      `${n} of ${of} answers have fewer tokens by usage than events with output: the usage may not count what was streamed.`,
  },
] as const satisfies readonly AnswerNote[]

export type NoteName = (typeof NOTES)[number]['name']

/** The bit of each note within a row's `notes`. */
export const NOTE = Object.fromEntries(NOTES.map(({ name }, i) => [name, 1 << i])) as Record<NoteName, number>

/** Bits of a succeeded row, with those that only its final token counts can tell. */
export function readNotes(numbers: Float64Array, at: number): number {
  let bits = numbers[at + C.notes]! || 0
  const events = numbers[at + C.outputEvents]!
  const tokens = numbers[at + C.outputTokens]!
  if (tokens < events) bits |= NOTE['few-tokens']
  const isOneRead = numbers[at + C.lastTokenAt]! === numbers[at + C.firstTokenAt]!
  const isWhole = (numbers[at + C.flags]! & FLAG_WHOLE) !== 0
  if (isOneRead && !isWhole && (events > 1 || spanTokens(numbers, at) > 0)) bits |= NOTE['one-read']
  return bits
}

/** Names of the notes in `bits`, as the DB keeps them. */
export function noteNames(bits: number): NoteName[] {
  return NOTES.filter((_, i) => bits & (1 << i)).map(({ name }) => name)
}

/** The bits of names that `noteNames` gave; names of later versions are passed over. */
export function noteBits(names: readonly string[]): number {
  return names.reduce((bits, name) => bits | (Object.hasOwn(NOTE, name) ? NOTE[name as NoteName] : 0), 0)
}

/** Counts the notes of answers, for the sentences of a run. */
export class NoteCounter {
  readonly #counts = NOTES.map(() => 0)

  add(bits: number): void {
    for (let i = 0, rest = bits; rest !== 0; i++, rest >>= 1) if (rest & 1) this.#counts[i]!++
  }

  /** @param succeeded answers of the run */
  sentences(succeeded: number): string[] {
    return NOTES.flatMap(({ sentence }, i) => (this.#counts[i] === 0 ? [] : sentence(this.#counts[i]!, succeeded)))
  }
}
