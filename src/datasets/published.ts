/** Datasets that live on hubs: where their file is, and the two of plain rows, OpenQA and LongAlpaca. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/index.ts'
import { locate, pathWithin, unreadable } from '../hub/index.ts'
import type { Dataset, DatasetOptions } from './dataset.ts'
import { type TextArgs, textArgs } from './lengths.ts'
import { textField } from './row.ts'
import { readRows } from './rows.ts'

interface HubDataset {
  /** `owner/name` on each hub. */
  modelscope: string
  huggingface: string
  file: string
}

/**
 * @returns a path on this machine
 * @throws ConfigError saying which file to put where
 */
export async function hubFile(
  { path, config, notice }: DatasetOptions,
  { modelscope, huggingface, file }: HubDataset,
): Promise<string> {
  if (path !== undefined) return inFolder(path, file)
  const source = config.dataSource ?? 'modelscope'
  const wanted = { kind: 'datasets', file, source, option: 'datasetPath', notice, network: config } as const
  // On this machine it may lie under either name.
  const kept = source === 'local' ? await locate({ ...wanted, id: modelscope, optional: true }) : undefined
  return kept ?? (await locate({ ...wanted, id: source === 'modelscope' ? modelscope : huggingface }))!
}

/** A file as it is; of a folder, the file in it that the dataset is published as. */
function inFolder(path: string, file: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  const inside = join(path, file)
  try {
    if (existsSync(inside)) return pathWithin(path, file)
  } catch (error) {
    throw new ConfigError(`option "datasetPath": cannot read "${inside}": ${unreadable(error)}`, 'datasetPath')
  }
  throw new ConfigError(
    `option "datasetPath": folder "${path}" holds no "${file}"; put it there, or name a file`,
    'datasetPath',
  )
}

const SAMPLE = fileURLToPath(new URL('../../fixtures/datasets/openqa.jsonl', import.meta.url))

export const openqa: Dataset<TextArgs> = {
  name: 'openqa',
  description:
    '`question` of each JSONL line of --dataset-path; without it, a sample of 120 questions in English and Chinese; with --data-source, the published ones',
  args: textArgs,
  async *read(options) {
    const { path, config } = options
    const isSample = path === undefined && config.dataSource === undefined
    const file = isSample
      ? SAMPLE
      : await hubFile(options, {
          modelscope: 'AI-ModelScope/HC3-Chinese',
          huggingface: 'Hello-SimpleAI/HC3-Chinese',
          file: 'open_qa.jsonl',
        })
    for await (const row of readRows(file, 'openqa')) yield { text: textField(row, 'question') }
  },
}

export const longalpaca: Dataset<TextArgs> = {
  name: 'longalpaca',
  description: '`instruction` of each JSONL line, or of each object of the JSON array, of --dataset-path or the hub',
  args: textArgs,
  async *read(options) {
    const file = await hubFile(options, {
      modelscope: 'AI-ModelScope/LongAlpaca-12k',
      huggingface: 'Yukang/LongAlpaca-12k',
      file: 'LongAlpaca-12k.json',
    })
    for await (const row of readRows(file, 'longalpaca')) yield { text: textField(row, 'instruction') }
  },
}
