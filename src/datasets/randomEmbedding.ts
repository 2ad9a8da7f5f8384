/** Random texts to embed, each of an exact number of tokens: one a request, or in batches. */
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { type BatchArgs, batchArgs, embed } from './embedding.ts'
import { between } from './randomPlan.ts'
import { lengthRange, madeUp, openMaker, randomOf } from './randomTexts.ts'

export const randomEmbedding: Dataset = {
  name: 'random_embedding',
  description: 'a random text of --min-prompt-length to --max-prompt-length tokens to embed',
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: () => 0,
  read: (options) => batches(options, 1),
}

export const randomEmbeddingBatch: Dataset<BatchArgs> = {
  name: 'random_embedding_batch',
  description: 'as random_embedding, batch_size texts in each request',
  args: batchArgs,
  extraArgs: ['batch_size'],
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: () => 0,
  read: (options) => batches(options, options.args.batch_size),
}

async function* batches(options: DatasetOptions, size: number): AsyncGenerator<Prompt> {
  const [low, high] = lengthRange(options.config)
  const { maker, contents } = await openMaker(options)
  yield* madeUp(options, (index) => {
    const draw = randomOf(options.config, index)
    const lengths = Array.from({ length: size }, () => between(draw, low, high))
    const words = contents(index)
    const made = embed(lengths.map((length) => maker.make(length, words)))
    return { made, tokens: lengths.reduce((sum, length) => sum + length, 0) }
  })
}
