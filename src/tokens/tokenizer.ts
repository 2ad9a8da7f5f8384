/** What a tokenizer does, whatever its kind: ids of a text, and the model's chat template. */
import type { CountedMessage, TokenCounter } from './count.ts'

export interface Tokenizer extends TokenCounter {
  /** Ids of a text, without those that a model puts before and after it. */
  encode(text: string): number[]
  /** All ids are below it; not every one of them needs to be in use. */
  readonly vocabularySize: number
  /**
   * Text of a token as it stands within a text, with a space before it where it begins a word; undefined for special
   * tokens and ids not in use.
   */
  tokenText(id: number): string | undefined
  /**
   * Messages in the form the model reads, up to where its answer begins; absent where the tokenizer has no template.
   * @throws ConfigError of option `tokenizerPath` when the template refuses the messages
   */
  renderChat?(messages: readonly CountedMessage[]): string
}
