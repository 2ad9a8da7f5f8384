/** A dataset of the user's own: a module that makes prompts, or a text file with one prompt per line. */
import { existsSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { readLines } from './pieces.ts'
import { kindOf } from './row.ts'

const MODULE = new Set(['.js', '.mjs', '.ts', '.mts'])
const ITSELF = ['text', 'messages', 'body', 'inputs', 'rerank', 'tokenIds'] as const

/** What a module may give: texts, messages, or prompts in full. */
export type CustomPrompt = string | unknown[] | Prompt
export type CustomDataset =
  | AsyncIterable<CustomPrompt>
  | Iterable<CustomPrompt>
  | ((options: DatasetOptions<Record<string, unknown>>) => AsyncIterable<CustomPrompt> | Iterable<CustomPrompt>)

export const custom: Dataset<Record<string, unknown>> = {
  name: 'custom',
  description:
    'module --dataset-path (.js, .ts) whose default export gives or generates prompts; of any other file each line',
  args: z.record(z.string(), z.unknown()),
  async *read(options) {
    const { path } = options
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset custom needs a module with prompts as its default export, or a text file with one prompt per line',
        'datasetPath',
      )
    if (!MODULE.has(extname(path).toLowerCase())) {
      for await (const { text } of readLines(path, 'custom')) yield { text: text.trim() }
      return
    }
    let index = 0
    for await (const prompt of await promptsOf(path, options))
      yield promptOf(prompt, `dataset custom: ${basename(path)} prompt ${++index}`)
  },
}

async function promptsOf(
  path: string,
  options: DatasetOptions<Record<string, unknown>>,
): Promise<AsyncIterable<unknown> | Iterable<unknown>> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new ConfigError(`option "datasetPath": no file "${file}" for dataset custom`, 'datasetPath')
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
    if (typeof exported === 'function') exported = await (exported as (given: unknown) => unknown)(options)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`option "datasetPath": dataset custom: "${path}": ${(error as Error).message}`, 'datasetPath')
  }
  const isIterable =
    typeof exported === 'object' &&
    exported !== null &&
    (Symbol.iterator in exported || Symbol.asyncIterator in exported)
  if (!isIterable)
    throw new ConfigError(
      `option "datasetPath": dataset custom: "${path}" must export by default prompts, or a function (a generator) that gives them; got ${kindOf(exported)}`,
      'datasetPath',
    )
  return exported as AsyncIterable<unknown>
}

function promptOf(value: unknown, where: string): Prompt {
  if (typeof value === 'string') return { text: value }
  if (Array.isArray(value)) return { messages: value }
  if (typeof value === 'object' && value !== null) {
    if ('text' in value || 'messages' in value || 'body' in value) return value as Prompt
    // An API that has no use for what it is still needs a text.
    const { inputs, rerank } = value as Partial<{ inputs: string[]; rerank: { query: string; documents: string[] } }>
    if (inputs !== undefined) return { ...value, text: inputs.join('\n') }
    if (rerank !== undefined) return { ...value, text: [rerank.query, ...rerank.documents].join('\n') }
    if ('tokenIds' in value) return { text: '', tokenIds: value.tokenIds as number[] }
  }
  throw new ConfigError(
    `${where}: must be a text, messages, or an object with one of ${ITSELF.join(', ')}; got ${kindOf(value)}`,
    'datasetPath',
  )
}
