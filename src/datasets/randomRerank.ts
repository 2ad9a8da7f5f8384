/** A random query and random documents to rank for it, each of an exact number of tokens. */
import { z } from 'zod'
import type { Dataset } from './dataset.ts'
import { between } from './randomPlan.ts'
import { lengthRange, madeUp, openMaker, randomOf } from './randomTexts.ts'
import { ranking } from './rerank.ts'

const args = z.strictObject({
  num_documents: z.number().int().min(1).max(10_000).default(10),
  document_length_ratio: z.number().positive().default(5),
})

export const randomRerank: Dataset<z.output<typeof args>> = {
  name: 'random_rerank',
  description:
    'a random query of --min-prompt-length to --max-prompt-length tokens, and num_documents documents document_length_ratio times as long',
  args,
  extraArgs: ['num_documents', 'document_length_ratio'],
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: () => 0,
  async *read(options) {
    const [low, high] = lengthRange(options.config)
    const { num_documents: documents, document_length_ratio: ratio } = options.args
    const { maker, contents } = await openMaker(options)
    yield* madeUp(options, (index) => {
      const length = between(randomOf(options.config, index), low, high)
      const words = contents(index)
      const longer = Math.max(1, Math.floor(length * ratio))
      const query = maker.make(length, words)
      const made = ranking(
        query,
        Array.from({ length: documents }, () => maker.make(longer, words)),
      )
      return { made, tokens: length + documents * longer }
    })
  },
}
