/** Prompts of random words, each of exactly as many tokens as the scenario says. */
import { availableParallelism } from 'node:os'
import type { ResolvedConfig } from '../config/index.ts'
import type { Dataset, DatasetOptions } from './dataset.ts'
import { type PromptPlan, plannedTokens, promptMaker } from './randomPlan.ts'
import { exactly, lengthRange, madeUp, plannedCount, templateTokens } from './randomTexts.ts'
import { onThreads } from './randomThreads.ts'

/** Less work than this is done sooner than threads are started. */
const TOKENS_FOR_THREADS = 4_000_000

export const random: Dataset = {
  name: 'random',
  description:
    'random words of exactly --min-prompt-length to --max-prompt-length tokens, after a shared prefix of --prefix-length',
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: ({ config }) => config.prefixLength,
  async *read(options) {
    for await (const text of randomPrompts(options)) yield { text }
  },
}

/**
 * Lengths are the tokens of the text by the tokenizer; on a chat endpoint, where the tokenizer has a chat template, of
 * the text in its template, which is what the server counts. The prefix comes on top.
 */
export async function* randomPrompts(options: DatasetOptions): AsyncGenerator<string> {
  const { config } = options
  const [low, high] = lengthRange(config, config.prefixLength > 0 ? 0 : 1)
  const tokenizer = await options.tokenizer()
  const { loadSeed, promptSalt, prefixLength, model, tokenizerPath, dataSource } = config
  const template = templateTokens(config, tokenizer)
  const plan: PromptPlan = { loadSeed, promptSalt, low, high, template, prefixLength, model, tokenizerPath, dataSource }
  const threads = threadsFor(config, options.count, plan)
  if (threads > 1) {
    yield* onThreads(
      plan,
      plannedCount(options, (index) => plannedTokens(plan, index)),
      threads,
    )
    return
  }
  const make = exactly(() => promptMaker(plan, tokenizer))
  yield* madeUp(options, (index) => ({ made: make(index), tokens: plannedTokens(plan, index) }))
}

/** As many as asked for; otherwise as many as there are cores, if there is enough to do. */
function threadsFor({ numWorkers }: ResolvedConfig, count: number, { low, high, prefixLength }: PromptPlan): number {
  if (numWorkers > 0) return numWorkers
  return (prefixLength + (low + high) / 2) * count < TOKENS_FOR_THREADS ? 1 : availableParallelism()
}
