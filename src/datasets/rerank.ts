/** A query and the documents to rank for it, from a file or made up. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset, Prompt } from './dataset.ts'
import { between, lengthRange, madeUp, openMaker, randomOf } from './madeUp.ts'
import { kindOf, type Row, textField } from './row.ts'
import { readRows } from './rows.ts'

const DOCUMENTS = ['documents', 'passages', 'texts'] as const

export const rerank: Dataset = {
  name: 'rerank',
  description: '`query` and `documents` (passages, texts) of each JSONL line of --dataset-path',
  makesLengths: true,
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset rerank needs JSONL lines {"query": "…", "documents": ["…"]}; name the file',
        'datasetPath',
      )
    for await (const row of readRows(path, 'rerank')) yield ranking(textField(row, 'query'), documentsOf(row))
  },
}

/** A prompt of documents to rank; what an API without ranking sends is all of it, a line each. */
function ranking(query: string, documents: string[]): Prompt {
  return { text: [query, ...documents].join('\n'), rerank: { query, documents } }
}

function documentsOf({ value, where }: Row): string[] {
  const field = DOCUMENTS.find((name) => value[name] !== undefined) ?? 'documents'
  const list = listOf(value[field])
  if (!Array.isArray(list) || list.length === 0) {
    const got = Array.isArray(list) ? 'an empty array' : kindOf(list)
    throw new ConfigError(`${where}: field "${field}" must be a non-empty array of texts, got ${got}`, 'datasetPath')
  }
  for (const [i, document] of list.entries())
    if (typeof document !== 'string')
      throw new ConfigError(`${where}: field "${field}[${i}]" must be a text, got ${kindOf(document)}`, 'datasetPath')
  return list as string[]
}

/** CSV has no arrays: there it is JSON within the field. */
function listOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

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
