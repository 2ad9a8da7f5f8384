/** Prompts of random words, each of exactly as many tokens as the scenario says. */
import type { Dataset, DatasetOptions } from './dataset.ts'
import { between, lengthRange, madeUp, openMaker, randomOf, templateTokens } from './randomTexts.ts'

/** Index of the random numbers of the shared prefix: below those of the prompts. */
const PREFIX_INDEX = 2 ** 31 + 1

export const random: Dataset = {
  name: 'random',
  description:
    'random words of exactly --min-prompt-length to --max-prompt-length tokens, after a shared prefix of --prefix-length',
  makesLengths: true,
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
  const { maker, tokenizer } = await openMaker(options)
  const template = templateTokens(config, tokenizer)
  const prefix = maker.make(config.prefixLength, randomOf(config, PREFIX_INDEX))
  yield* madeUp(options, (index) => {
    const draw = randomOf(config, index)
    const tokens = config.prefixLength + Math.max(1, between(draw, low, high) - template)
    return { made: maker.make(tokens, draw, prefix), tokens }
  })
}
