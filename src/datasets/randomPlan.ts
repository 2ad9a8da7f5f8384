/** What makes the prompt of each index, on whichever thread: the same plan makes the same prompts. */
import { createHash } from 'node:crypto'
import { type Random, seeded } from '../random/index.ts'
import { type Tokenizer, type TokenizerChoice, textMaker } from '../tokens/index.ts'

/** What decides the contents of made-up prompts. */
export interface Contents {
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
export function drawOf(loadSeed: number, index: number): Random {
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
