/** A streamed answer as bytes, in the shape vLLM sends. */
export const EVENTS = 64

export function streamedAnswer(): Buffer {
  const event = (rest: string): string =>
    `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"target",${rest}}\n\n`
  const token = (i: number): string =>
    event(
      `"choices":[{"index":0,"delta":{"content":" token${i}"},"logprobs":null,"finish_reason":${i === EVENTS - 1 ? '"length"' : 'null'}}]`,
    )
  const tokens = Array.from({ length: EVENTS }, (_, i) => token(i)).join('')
  return Buffer.from(
    `${tokens}${event('"choices":[],"usage":{"prompt_tokens":40,"total_tokens":104,"completion_tokens":64}')}data: [DONE]\n\n`,
  )
}
