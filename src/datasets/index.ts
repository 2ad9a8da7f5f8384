/** Where prompts come from; adding a dataset is one file and one line here. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import type { Dataset, Prompt } from './dataset.ts'
import { lineByLine } from './lineByLine.ts'
import { longalpaca } from './longalpaca.ts'
import { openqa } from './openqa.ts'
import { readPromptOption } from './prompt.ts'

export type { Dataset, DatasetOptions, Message, Prompt, Role } from './dataset.ts'
export { readPromptOption } from './prompt.ts'

export const DATASETS: readonly Dataset[] = [openqa, longalpaca, lineByLine]

/** @throws ConfigError when there is no such dataset */
export function findDataset(name: string): Dataset {
  const wanted = name.replaceAll('-', '_')
  const dataset = DATASETS.find((candidate) => candidate.name === wanted)
  if (dataset === undefined) {
    const known = DATASETS.map((candidate) => candidate.name)
    throw new ConfigError(`option "dataset": unknown value "${name}"${suggestion(name, known)}`, 'dataset')
  }
  return dataset
}

/**
 * Reads up to `limit` prompts after the first `datasetOffset`; `prompt` wins over `dataset`.
 * @throws ConfigError when there is not one
 */
export async function readPrompts(config: ResolvedConfig, limit: number): Promise<Prompt[]> {
  if (config.prompt !== undefined) return [{ text: readPromptOption(config.prompt) }]
  const dataset = findDataset(config.dataset)
  const prompts: Prompt[] = []
  let seen = 0
  for await (const prompt of dataset.read({ path: config.datasetPath })) {
    if (seen++ < config.datasetOffset) continue
    prompts.push(prompt)
    if (prompts.length >= limit) break
  }
  if (prompts.length > 0) return prompts
  const where = config.datasetPath ?? dataset.name
  if (seen > 0)
    throw new ConfigError(
      `option "datasetOffset": ${config.datasetOffset} skips all ${seen} prompts of "${where}"; give less than ${seen}`,
      'datasetOffset',
    )
  throw new ConfigError(
    `option "datasetPath": "${where}" holds no prompts; ${dataset.name} reads ${dataset.description}`,
    'datasetPath',
  )
}
