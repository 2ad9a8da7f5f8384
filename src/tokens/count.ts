/** Token counts of our own, for answers whose server reports no usage: an estimate for models of other families. */

export interface TokenCounter {
  /** Encoding used, for instance `o200k_base`. */
  readonly name: string
  /** Tokens of a text; what looks like a special token counts as plain text. */
  count(text: string): number
  /** Tokens of a chat prompt, with the overhead of its form. */
  countMessages(messages: readonly { role: string; content: unknown }[]): number
}

/**
 * Per message and per answer, tokens that the chat form adds.
 * Source: OpenAI cookbook, "How to count tokens with tiktoken", for gpt-3.5-turbo and later.
 */
const PER_MESSAGE = 3
const PER_ANSWER = 3

type Encode = {
  countTokens: (text: string, options: { allowedSpecial: Set<string>; disallowedSpecial: Set<string> }) => number
}

/** Loads the tables when first needed: they are large. Models before GPT-4o use cl100k, all others o200k. */
export async function loadTokenCounter(model: string): Promise<TokenCounter> {
  const old = /^(gpt-3\.5|gpt-4(?!o|\.1|\.5)|text-embedding)/.test(model)
  const { countTokens } = (
    old ? await import('gpt-tokenizer/encoding/cl100k_base') : await import('gpt-tokenizer/encoding/o200k_base')
  ) as Encode
  const plain = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() }
  const count = (text: string): number => (text === '' ? 0 : countTokens(text, plain))
  return {
    name: old ? 'cl100k_base' : 'o200k_base',
    count,
    countMessages(messages) {
      return messages.reduce(
        (sum, { role, content }) =>
          sum +
          PER_MESSAGE +
          count(role) +
          count(typeof content === 'string' ? content : JSON.stringify(content ?? '')),
        PER_ANSWER,
      )
    },
  }
}
