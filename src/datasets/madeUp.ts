/** Texts made up of random words, each of an exact number of tokens: the same plan makes the same texts, on whichever thread. */
import { createHash } from 'node:crypto'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { type Random, seeded } from '../random/index.ts'
import { type TextMaker, type Tokenizer, type TokenizerChoice, textMaker } from '../tokens/index.ts'
import type { DatasetOptions } from './dataset.ts'
import { isChat } from './endpoint.ts'

/** What decides the contents of made-up prompts. */
interface Contents {
  loadSeed: number
  /** Another text, other contents of the same lengths. */
  promptSalt?: string | undefined
}

/** Crosses to threads, so plain data only. */
export interface PromptPlan extends TokenizerChoice, Contents {
  /** Tokens of a prompt beyond its prefix, from and to. */
  low: number
  high: number
  /** Of these tokens, those that the chat template adds. */
  template: number
  prefixLength: number
}

/** Indices of the random numbers of what prompts share: above those of the prompts. */
const WORDS_INDEX = 2 ** 31
const PREFIX_INDEX = 2 ** 31 + 1

/** Random numbers of the lengths and choices of one prompt: the same whatever was drawn for others. */
function drawOf(loadSeed: number, index: number): Random {
  return seeded((loadSeed % 2 ** 20) * 2 ** 32 + index)
}

/** Random numbers of the contents of each prompt, by its index: with another salt they are others. */
export function contentDraws({ loadSeed, promptSalt = '' }: Contents): (index: number) => Random {
  const hash = createHash('sha256').update(`${loadSeed} ${promptSalt}`).digest()
  const [high, low] = [hash.readUInt32LE(0), hash.readUInt32LE(4)]
  // Seeds are integers of 53 bits: indices follow each other from a place that the hash gives.
  return (index) =>
    seeded(((high + Math.floor(index / 2 ** 32)) & 0x1fffff) * 2 ** 32 + ((low + (index % 2 ** 32)) >>> 0))
}

/** An integer from low to high, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** Tokens of a prompt, its prefix included; known before it is made. */
export function plannedTokens(plan: PromptPlan, index: number): number {
  const { prefixLength, low, high, template } = plan
  const own = between(drawOf(plan.loadSeed, index), low, high) - template
  return prefixLength + Math.max(prefixLength > 0 ? 0 : 1, own)
}

/** @throws Error when the tokenizer does not lend itself to texts of exact lengths */
export function promptMaker(plan: PromptPlan, tokenizer: Tokenizer): (index: number) => string {
  const contents = contentDraws(plan)
  const maker = textMaker(tokenizer, contents(WORDS_INDEX))
  const prefix = maker.make(plan.prefixLength, contents(PREFIX_INDEX))
  return (index) => maker.make(plannedTokens(plan, index), contents(index), prefix)
}

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
