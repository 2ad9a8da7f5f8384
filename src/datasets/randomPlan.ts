/** What makes the prompt of each index, on whichever thread: the same plan makes the same prompts. */
import { type Random, seeded } from '../random/index.ts'
import { type Tokenizer, type TokenizerChoice, textMaker } from '../tokens/index.ts'

/** Crosses to threads, so plain data only. */
export interface PromptPlan extends TokenizerChoice {
  loadSeed: number
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

/** Random numbers of one prompt: the same whatever was drawn for others. */
export function drawOf(loadSeed: number, index: number): Random {
  return seeded((loadSeed % 2 ** 20) * 2 ** 32 + index)
}

/** An integer from low to high, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** Tokens of a prompt, its prefix included; known before it is made. */
export function plannedTokens(plan: PromptPlan, index: number): number {
  return lengthOf(plan, drawOf(plan.loadSeed, index))
}

/** @throws Error when the tokenizer does not lend itself to texts of exact lengths */
export function promptMaker(plan: PromptPlan, tokenizer: Tokenizer): (index: number) => string {
  const maker = textMaker(tokenizer, drawOf(plan.loadSeed, WORDS_INDEX))
  const prefix = maker.make(plan.prefixLength, drawOf(plan.loadSeed, PREFIX_INDEX))
  return (index) => {
    const draw = drawOf(plan.loadSeed, index)
    return maker.make(lengthOf(plan, draw), draw, prefix)
  }
}

function lengthOf({ prefixLength, low, high, template }: PromptPlan, draw: Random): number {
  return prefixLength + Math.max(prefixLength > 0 ? 0 : 1, between(draw, low, high) - template)
}
