/** Token counts where the server gives none, and texts of a given number of tokens. */
export { type CountedMessage, loadTokenCounter, type TokenCounter, textsOf } from './count.ts'
export { cutToTokens, type TextCutter, textCutter } from './cut.ts'
export { isKnownModel } from './encodings.ts'
export { type TextMaker, textMaker } from './exactLength.ts'
export { loadTokenizer, type TokenizerChoice } from './load.ts'
export type { Tokenizer } from './tokenizer.ts'
