/** Where prompts come from; adding a dataset is one file and one line in `all.ts`. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import { loadTokenizer } from '../tokens/index.ts'
import * as all from './all.ts'
import { type ArgsGiven, readDatasetArgs } from './args.ts'
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { finishing, isChat, promptUrl as urlFor } from './endpoint.ts'
import { lengthShape, type Shape, type TextArgs } from './lengths.ts'
import { readPromptOption } from './prompt.ts'

export type { CustomDataset, CustomPrompt } from './custom.ts'
export type { Dataset, DatasetOptions, Message, Prompt, PromptExtras, Role } from './dataset.ts'
export { readPromptOption } from './prompt.ts'

export const DATASETS: readonly Dataset[] = Object.values(all)

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

/** The options of `extraArgs` that the request bodies get: not those that the dataset takes for itself. */
export function bodyArgs(config: ResolvedConfig): Record<string, unknown> {
  const { extraArgs } = config
  const own = config.prompt === undefined ? (findDataset(config.dataset).extraArgs ?? []) : []
  if (own.length === 0) return extraArgs
  return Object.fromEntries(Object.entries(extraArgs).filter(([name]) => !own.includes(name)))
}

/** True where there are as many prompts as are wanted, none like another: then each level of a sweep has its own. */
export function hasFreshPrompts({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).isMadeUp === true
}

/** True where the result is to show the speed for each length of prompt. */
export function showsSpeed({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).showsSpeed === true
}

/**
 * Where the prompts of the scenario go: token ids and plain texts to completions, even if the URL says chat.
 * @throws ConfigError when there is no such dataset
 */
export function promptUrl(config: ResolvedConfig, url: string): string {
  return urlFor(config, config.prompt === undefined ? findDataset(config.dataset) : undefined, url)
}

/**
 * Reads up to `limit` prompts after the first `datasetOffset`; `prompt` wins over `dataset`. Prompts have the lengths
 * the scenario asks for, and are token ids where it asks for those.
 *
 * @param notice told what the user should know: a download, prompts left out
 * @throws ConfigError when there is not one
 */
export async function readPrompts(
  config: ResolvedConfig,
  limit: number,
  notice: (text: string) => void = () => {},
): Promise<Prompt[]> {
  const tokenizer = once(() => loadTokenizer(config, notice))
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  const finish = await finishing(config, dataset, tokenizer)
  if (dataset === undefined) return [finish({ text: readPromptOption(config.prompt!) })]
  const counts = { leftOut: 0 }
  const context: Context = { config, count: limit + config.datasetOffset, tokenizer, notice, counts }
  const prompts: Prompt[] = []
  let seen = 0
  for await (const prompt of promptsOf(dataset, config.datasetPath, config, context)) {
    if (seen++ < config.datasetOffset) continue
    prompts.push(finish(prompt))
    if (prompts.length >= limit) break
  }
  const { leftOut } = counts
  if (prompts.length === 0) throw nothingRead(config, dataset, seen, leftOut)
  if (leftOut > 0) notice(`dataset ${dataset.name}: left out ${leftOut} prompts for their length`)
  return prompts
}

interface Context extends Pick<DatasetOptions, 'config' | 'count' | 'tokenizer' | 'notice'> {
  counts: { leftOut: number }
}

/** The prompts of one dataset that have the lengths asked for. */
async function* promptsOf(
  dataset: Dataset,
  path: string | undefined,
  given: ArgsGiven,
  { counts, ...context }: Context,
): AsyncGenerator<Prompt> {
  const { config, tokenizer } = context
  const args = readDatasetArgs(dataset, given)
  const shape: Shape = dataset.makesLengths
    ? (prompt) => prompt
    : await lengthShape(config, args as Partial<TextArgs>, isChat(config, dataset), tokenizer)
  const open: DatasetOptions['open'] = (name, otherPath, datasetArgs) =>
    promptsOf(findDataset(name), otherPath, { datasetArgs }, { counts, ...context })
  for await (const read of dataset.read({ path, args, open, ...context })) {
    const prompt = shape(read)
    if (prompt === undefined) counts.leftOut++
    else yield prompt
  }
}

function nothingRead(config: ResolvedConfig, dataset: Dataset, seen: number, leftOut: number): ConfigError {
  const where = config.datasetPath ?? dataset.name
  if (seen > 0)
    return new ConfigError(
      `option "datasetOffset": ${config.datasetOffset} skips all ${seen} prompts of "${where}"; give less than ${seen}`,
      'datasetOffset',
    )
  if (leftOut > 0)
    return new ConfigError(
      `option "maxPromptLength": all ${leftOut} prompts of "${where}" are left out for their length; see minPromptLength, maxPromptLength and input_len_mode of datasetArgs`,
      'maxPromptLength',
    )
  return new ConfigError(
    `option "datasetPath": "${where}" holds no prompts; ${dataset.name} reads ${dataset.description}`,
    'datasetPath',
  )
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
