/** Texts made up of random words, each of an exact number of tokens: what the random datasets are made of. */
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import type { Random } from '../random/index.ts'
import { type TextMaker, type Tokenizer, textMaker } from '../tokens/index.ts'
import type { DatasetOptions } from './dataset.ts'
import { isChat } from './endpoint.ts'
import { contentDraws, drawOf } from './randomPlan.ts'

/** More than this is not made up, however many requests a run may come to: later ones repeat the prompts there are. */
const TOKENS_AT_MOST = 32_000_000

/** Random numbers of the lengths and choices of one prompt: the same whatever was drawn for others. */
export function randomOf(config: ResolvedConfig, index: number): Random {
  return drawOf(config.loadSeed, index)
}

/**
 * `contents` gives the random numbers of the texts of one prompt: beside those of `randomOf`, as the salt of the run
 * decides what is said, and not how much.
 *
 * @throws ConfigError when the tokenizer does not lend itself to texts of exact lengths
 */
export async function openMaker({ config, tokenizer }: DatasetOptions): Promise<{
  maker: TextMaker
  tokenizer: Tokenizer
  contents: (index: number) => Random
}> {
  const loaded = await tokenizer()
  const contents = contentDraws(config)
  return { maker: exactly(() => textMaker(loaded, contents(2 ** 31))), tokenizer: loaded, contents }
}

/** Tokens that the chat template puts around a prompt; 0 where none is known, or the endpoint has none. */
export function templateTokens(config: ResolvedConfig, tokenizer: Tokenizer): number {
  if (tokenizer.renderChat === undefined || config.tokenizePrompt || !isChat(config)) return 0
  return tokenizer.countMessages([{ role: 'user', content: '' }])
}

/**
 * The range of `--min-prompt-length` and `--max-prompt-length`.
 * @throws ConfigError when it is empty
 */
export function lengthRange({ minPromptLength, maxPromptLength }: ResolvedConfig, fewest = 1): [number, number] {
  if (minPromptLength > maxPromptLength)
    throw new ConfigError(
      `option "minPromptLength": ${minPromptLength} is more than maxPromptLength, ${maxPromptLength}`,
      'minPromptLength',
    )
  return [Math.max(fewest, minPromptLength), Math.max(fewest, maxPromptLength)]
}

/**
 * Calls `make` for each index until enough are made or they come to 32 million tokens.
 * @param make what is made for an index, and how many tokens it has
 */
export async function* madeUp<T>(
  options: DatasetOptions,
  make: (index: number) => { made: T; tokens: number },
): AsyncGenerator<T> {
  let made = 0
  let tokens = 0
  for (let index = 0; index < options.count; index++) {
    const next = exactly(() => make(index))
    tokens += next.tokens
    yield next.made
    made++
    if (tokens >= TOKENS_AT_MOST) break
  }
  tellCount(options, made, tokens)
}

/** How many prompts `madeUp` would make, for prompts whose lengths are known before they are made. */
export function plannedCount(options: DatasetOptions, tokensOf: (index: number) => number): number {
  let index = 0
  let tokens = 0
  while (index < options.count && tokens < TOKENS_AT_MOST) tokens += tokensOf(index++)
  tellCount(options, index, tokens)
  return index
}

function tellCount({ count, notice }: DatasetOptions, made: number, tokens: number): void {
  if (made < count) notice(`made up ${made} prompts, ${tokens} tokens in all; later requests repeat them`)
}

/** @throws ConfigError of option `tokenizerPath` when a text of an exact length cannot be made */
export function exactly<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`option "tokenizerPath": ${(error as Error).message}`, 'tokenizerPath')
  }
}
