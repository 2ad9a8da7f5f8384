/** Token counts where the server gives none, and texts of a given number of tokens. */
export {
  type CountedMessage,
  isKnownModel,
  loadTokenCounter,
  type TokenCounter,
  type Tokenizer,
  textsOf,
} from './count.ts'
export { cutToTokens, type TextCutter, type TextMaker, textCutter, textMaker } from './exactLength.ts'
export { loadTokenizer, type TokenizerChoice } from './load.ts'
