/** The file of a dataset that lives on a hub: the one named, the one in the folder named, or the hub's. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { locate, pathWithin, unreadable } from '../hub/index.ts'
import type { DatasetOptions } from './dataset.ts'

export interface HubDataset {
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
  const wanted = { kind: 'datasets', file, source, option: 'datasetPath', notice } as const
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
