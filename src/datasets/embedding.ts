/** Texts to embed, from a file: one a request, or in batches. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { textLength } from './lengths.ts'
import { readTexts } from './readers/texts.ts'

const FIELDS = ['text', 'input', 'sentence', 'content'] as const

export const batchArgs = z.strictObject({ batch_size: z.number().int().min(1).max(100_000).default(8) })
export type BatchArgs = z.output<typeof batchArgs>

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
export function embed(inputs: string[]): Prompt {
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
