/** Token counts of our own by gpt-tokenizer: an estimate for models of other families. */
import { encodingOf, loadEncoding } from './encodings.ts'
import { cutLongRuns } from './longRuns.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A message of a chat request, as far as its tokens go. */
export interface CountedMessage {
  role: string
  /** A text, or an array of parts of which the texts count. */
  content?: unknown
  name?: unknown
  tool_calls?: unknown
}

export interface TokenCounter {
  /** Encoding used, for instance `o200k_base`, or the path of the tokenizer. */
  readonly name: string
  /** Tokens of a text; what looks like a special token (`<|endoftext|>`) counts as the plain text it is. */
  count(text: string): number
  /** Tokens of a chat prompt, with the overhead of its form. Images and sound count nothing: no text stands for them. */
  countMessages(messages: readonly CountedMessage[]): number
}

/**
 * What the chat form adds: 3 tokens around each message (`<|start|>role<|message|>…<|end|>`), 1 for a name, and 3 that
 * begin the answer. The sum is `3 + Σ (3 + role + content + (name + 1, if any))`.
 *
 * Source: OpenAI cookbook, "How to count tokens with tiktoken", `num_tokens_from_messages`, whose figures for
 * gpt-3.5-turbo, gpt-4 and gpt-4o equal those of the API. Other families' chat templates differ by a few tokens a
 * message. Of tool calls the name and the arguments are added as text, which the cookbook leaves open.
 */
const PER_MESSAGE = 3
const PER_NAME = 1
const PER_ANSWER = 3

/** No text is a special token, and none is refused for looking like one. */
const PLAIN = { disallowedSpecial: new Set<string>() }

/** Loads the tables of the model's encoding when first needed: they are megabytes. */
export async function loadTokenCounter(model: string): Promise<Tokenizer> {
  const name = await encodingOf(model)
  const { countTokens, encode, decode, vocabularySize } = await loadEncoding(name)
  const count = (text: string): number => cutLongRuns(text).reduce((sum, part) => sum + countTokens(part, PLAIN), 0)
  const countAll = (texts: string[]): number => texts.reduce((sum, text) => sum + count(text), 0)
  const countMessage = (message: CountedMessage): number =>
    PER_MESSAGE + (typeof message.name === 'string' ? PER_NAME : 0) + countAll(textsOf(message))
  return {
    name,
    count,
    countMessages: (messages) => messages.reduce((sum, message) => sum + countMessage(message), PER_ANSWER),
    encode: (text) => cutLongRuns(text).flatMap((part) => encode(part, PLAIN)),
    vocabularySize,
    tokenText: (id) => {
      try {
        return decode([id])
      } catch {
        return undefined // an id not in use
      }
    },
  }
}

/** The texts of a message that become tokens: its role, its content's text parts, its tool calls. */
export function textsOf({ role, content, name, tool_calls: toolCalls }: CountedMessage): string[] {
  const parts = Array.isArray(content) ? content.map((part) => field(part, 'text') ?? part) : [content]
  const calls = (Array.isArray(toolCalls) ? toolCalls : []).map((call) => field(call, 'function'))
  return [role, name, ...parts, ...calls.flatMap((call) => [field(call, 'name'), field(call, 'arguments')])].filter(
    (text): text is string => typeof text === 'string',
  )
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
