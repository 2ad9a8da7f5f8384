/** Texts to embed, from a file or made up: one a request, or in batches. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { textLength } from './lengths.ts'
import { between, lengthRange, madeUp, openMaker, randomOf } from './madeUp.ts'
import { readTexts } from './rows.ts'

const FIELDS = ['text', 'input', 'sentence', 'content'] as const

const batchArgs = z.strictObject({ batch_size: z.number().int().min(1).max(100_000).default(8) })
type BatchArgs = z.output<typeof batchArgs>

export const embedding: Dataset = {
  name: 'embedding',
  description:
    'texts of --dataset-path: lines of .txt, or "text" (input, sentence, content) of JSONL, JSON, CSV, Parquet',
  makesLengths: true,
  async *read(options) {
    for await (const text of fittingTexts(options, 'embedding')) yield embed([text])
  },
}

export const embeddingBatch: Dataset<BatchArgs> = {
  name: 'embedding_batch',
  description: 'as embedding, batch_size texts in each request',
  args: batchArgs,
  extraArgs: ['batch_size'],
  makesLengths: true,
  async *read(options) {
    let batch: string[] = []
    for await (const text of fittingTexts(options, 'embedding_batch')) {
      batch.push(text)
      if (batch.length < options.args.batch_size) continue
      yield embed(batch)
      batch = []
    }
    if (batch.length > 0) yield embed(batch)
  },
}

/** A prompt of texts to embed; what an API without embeddings sends are the same texts, a line each. */
function embed(inputs: string[]): Prompt {
  return { text: inputs.join('\n'), inputs }
}

/** Those within `--min-prompt-length` and `--max-prompt-length`, which hold for each text of a batch. */
async function* fittingTexts(options: DatasetOptions, name: string): AsyncGenerator<string> {
  const { path, config, tokenizer: load } = options
  if (path === undefined)
    throw new ConfigError(
      `option "datasetPath": dataset ${name} needs a file of texts: .txt with one a line, or JSONL lines {"text": "…"}`,
      'datasetPath',
    )
  const tokenizer = config.tokenizerPath === undefined ? undefined : await load()
  for await (const text of readTexts(path, name, FIELDS)) {
    const length = textLength(text, tokenizer)
    if (length >= config.minPromptLength && length <= config.maxPromptLength) yield text
  }
}

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
