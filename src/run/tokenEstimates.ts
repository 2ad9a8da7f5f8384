/** Counts ourselves what the server does not report, and marks those samples; runs off the load threads. */
import type { Api, CountedInput } from '../apis/index.ts'
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
import { type TokenCounter, textsOf } from '../tokens/index.ts'

/** Succeeded requests whose input we counted although it has a picture, sound or a video. */
export function countUncountedMedia(batch: SampleBatch, bodies: Bodies): number {
  let count = 0
  for (let row = 0; row < batch.count; row++) {
    const at = row * ROW
    if (causeOf(batch, row) !== undefined || !(batch.numbers[at + C.flags]! & FLAG_INPUT_ESTIMATED)) continue
    if (hasMedia(textOf(batch, row, 'request') || bodies.text(batch.numbers[at + C.body]!))) count++
  }
  return count
}

/** True when a succeeded row lacks a count. */
export function lacksTokens(batch: SampleBatch, api: Api): boolean {
  for (let row = 0; row < batch.count; row++) if (rowLacksTokens(batch, row, api)) return true
  return false
}

export function estimateTokens(
  batch: SampleBatch,
  bodies: Bodies,
  api: Api,
  counter: TokenCounter,
  inputCounts: Map<number, number>,
): void {
  for (let row = 0; row < batch.count; row++) {
    if (!rowLacksTokens(batch, row, api)) continue
    const at = row * ROW
    const numbers = batch.numbers
    if (Number.isNaN(numbers[at + C.inputTokens]!)) {
      const body = numbers[at + C.body]!
      const request = textOf(batch, row, 'request')
      let count = request === '' ? inputCounts.get(body) : undefined
      if (count === undefined) {
        count = inputTokens(request || bodies.text(body), api, counter)
        if (request === '') inputCounts.set(body, count)
      }
      numbers[at + C.inputTokens] = count
      numbers[at + C.flags]! |= FLAG_INPUT_ESTIMATED
    }
    if (api.generates !== false && Number.isNaN(numbers[at + C.outputTokens]!)) {
      numbers[at + C.outputTokens] = answersOf(batch, row).reduce((sum, text) => sum + counter.count(text), 0)
      numbers[at + C.flags]! |= FLAG_OUTPUT_ESTIMATED
    }
  }
}

function rowLacksTokens(batch: SampleBatch, row: number, { generates }: Api): boolean {
  if (causeOf(batch, row) !== undefined) return false
  const at = row * ROW
  if (Number.isNaN(batch.numbers[at + C.inputTokens]!)) return true
  return generates !== false && Number.isNaN(batch.numbers[at + C.outputTokens]!)
}

/** Tokens of a request's input, whichever of the fields of the APIs it is in. */
export function inputTokens(bodyText: string, api: Api, counter: TokenCounter): number {
  const body = JSON.parse(bodyText) as Record<string, unknown>
  const { messages = [], texts = [], tokens = 0 } = api.inputOf?.(body) ?? chatOrCompletion(body)
  const inMessages = messages.length === 0 ? 0 : counter.countMessages(messages)
  return texts.reduce((sum, text) => sum + counter.count(text), inMessages + tokens)
}

/** The same without what a chat template or the form of a message adds: texts alone. */
export function textTokens(bodyText: string, api: Api, counter: TokenCounter): number {
  return inputTokens(bodyText, api, {
    ...counter,
    count: (text) => counter.count(text),
    countMessages: (messages) =>
      messages
        .flatMap((message) => textsOf({ ...message, role: '' }))
        .reduce((sum, text) => sum + counter.count(text), 0),
  })
}

/** A request has a picture, sound or a video, for which no text stands that could be counted. */
function hasMedia(bodyText: string): boolean {
  // Within a JSON string a quotation mark has a backslash before it: a text cannot look like this.
  return /"type":"(?:image|input_image|image_url|input_audio|audio|audio_url|video|video_url|input_file|file|document)"|\{"(?:image|audio|video)":"/.test(
    bodyText,
  )
}

function chatOrCompletion({ messages, prompt }: { messages?: unknown; prompt?: unknown }): CountedInput {
  if (Array.isArray(messages)) return { messages: messages as CountedInput['messages'] & {} }
  if (Array.isArray(prompt) && typeof prompt[0] === 'number') return { tokens: prompt.length }
  return { texts: [[prompt].flat().join('\n')] }
}

/** @param counts of the bodies seen so far; kept from batch to batch */
export function countItems(batch: SampleBatch, bodies: Bodies, api: Api, counts: Map<number, number>): void {
  if (api.itemsOf === undefined) return
  for (let row = 0; row < batch.count; row++) {
    const body = batch.numbers[row * ROW + C.body]!
    let count = counts.get(body)
    if (count === undefined) {
      count = api.itemsOf(JSON.parse(bodies.text(body)) as Record<string, unknown>)
      counts.set(body, count)
    }
    batch.numbers[row * ROW + C.items] = count
  }
}
