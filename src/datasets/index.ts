/** Where prompts come from; adding a dataset is one file and one line in `all.ts`. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokens/index.ts'
import * as all from './all.ts'
import { type ArgsGiven, readDatasetArgs } from './args.ts'
import { conversationOf, keepTurns, shapeFirstTurn } from './conversation.ts'
import type { Dataset, DatasetOptions } from './dataset.ts'
import { finishing, isChat, promptUrl as urlFor } from './endpoint.ts'
import { type Conversation, type Item, isConversation, type TimedPrompt } from './item.ts'
import { lengthShape, type Shape, type TextArgs } from './lengths.ts'
import { pacer } from './pace.ts'
import { readPromptOption } from './prompt.ts'

export type { CustomDataset, CustomPrompt } from './custom.ts'
export type { Dataset, DatasetOptions, Message, Prompt, PromptExtras, Role } from './dataset.ts'
export type {
  Conversation,
  Item,
  RequestFacts,
  TimedPrompt,
  Turn,
} from './item.ts'
export { pacer } from './pace.ts'
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

/** True where `promptSalt` decides the contents of prompts. @throws ConfigError when there is no such dataset */
export function hasContents({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).hasContents === true
}

/**
 * Tokens that all prompts of the scenario may begin with; undefined where prompts are not made up for the run.
 * @throws ConfigError when there is no such dataset, or its arguments are wrong
 */
export function sharedTokens(config: ResolvedConfig): number | undefined {
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  return dataset?.sharedTokens?.({ config, args: readDatasetArgs(dataset, config) })
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
 * @param notice told what the user should know: a download, prompts left out, and how far long preparations are
 * @param signal aborted: what was read so far is enough
 * @throws ConfigError when there is not one
 */
export async function readPrompts(
  config: ResolvedConfig,
  limit: number,
  notice: (text: string) => void = () => {},
  signal?: AbortSignal,
): Promise<TimedPrompt[]> {
  const tokenizer = once(() => loadTokenizer(config, notice))
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  const finish = await finishing(config, dataset, tokenizer)
  return readItems(config, dataset, { limit, signal }, tokenizer, notice, (item) => {
    if (!isConversation(item)) return finish(item)
    throw new ConfigError(
      `option "dataset": ${config.dataset} holds conversations; add multiTurn (--multi-turn)`,
      'multiTurn',
    )
  })
}

/**
 * Reads up to `limit` conversations of `minTurns` to `maxTurns` turns; a prompt is a conversation of one turn, a chat
 * history one of as many as it has answers. Limits of length are on the first turn.
 *
 * @param notice told what the user should know: a download, conversations left out, how far long preparations are
 * @param signal aborted: what was read so far is enough
 * @throws ConfigError when there is not one
 */
export async function readConversations(
  config: ResolvedConfig,
  limit: number,
  notice: (text: string) => void = () => {},
  signal?: AbortSignal,
): Promise<Conversation[]> {
  if (config.tokenizePrompt)
    throw new ConfigError(
      'option "tokenizePrompt": a conversation is sent as messages, which the server puts into tokens; leave it out',
      'tokenizePrompt',
    )
  const tokenizer = once(() => loadTokenizer(config, notice))
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  return readItems(config, dataset, { limit, signal }, tokenizer, notice, (item) =>
    keepTurns(conversationOf(item, config.dataset), config),
  )
}

/** @param take what is made of an item; undefined: it is left out */
async function readItems<T>(
  config: ResolvedConfig,
  dataset: Dataset | undefined,
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
  tokenizer: () => Promise<Tokenizer>,
  notice: (text: string) => void,
  take: (item: Item) => T | undefined,
): Promise<T[]> {
  if (dataset === undefined)
    return [take({ text: readPromptOption(config.prompt!) })].filter((item) => item !== undefined)
  const counts = { leftOut: 0 }
  const context: Context = { config, count: limit + config.datasetOffset, tokenizer, notice, counts }
  const items: T[] = []
  let seen = 0
  const pace = pacer(`preparing ${config.multiTurn ? 'conversations' : 'prompts'}`, limit, notice)
  for await (const read of itemsOf(dataset, config.datasetPath, config, context)) {
    const item = take(read)
    await pace(items.length)
    if (signal?.aborted && items.length > 0) break
    if (item === undefined) {
      counts.leftOut++
      continue
    }
    if (seen++ < config.datasetOffset) continue
    items.push(item)
    if (items.length >= limit) break
  }
  const { leftOut } = counts
  if (items.length === 0) throw nothingRead(config, dataset, seen, leftOut)
  const what = config.multiTurn ? 'conversations for their turns or their length' : 'prompts for their length'
  if (leftOut > 0) notice(`dataset ${dataset.name}: left out ${leftOut} ${what}`)
  return items
}

interface Context extends Pick<DatasetOptions, 'config' | 'count' | 'tokenizer' | 'notice'> {
  counts: { leftOut: number }
}

/** The prompts or conversations of one dataset that have the lengths asked for. */
async function* itemsOf(
  dataset: Dataset,
  path: string | undefined,
  given: ArgsGiven,
  { counts, ...context }: Context,
): AsyncGenerator<Item> {
  const { config, tokenizer } = context
  const args = readDatasetArgs(dataset, given)
  const shape: Shape = dataset.makesLengths
    ? (prompt) => prompt
    : await lengthShape(config, args as Partial<TextArgs>, isChat(config, dataset), tokenizer)
  const open: DatasetOptions['open'] = (name, otherPath, datasetArgs) =>
    itemsOf(findDataset(name), otherPath, { datasetArgs }, { counts, ...context })
  for await (const read of dataset.read({ path, args, open, ...context })) {
    const item = isConversation(read) ? shapeFirstTurn(read, shape) : shape(read)
    if (item === undefined) counts.leftOut++
    else yield item
  }
}

function nothingRead(config: ResolvedConfig, dataset: Dataset, seen: number, leftOut: number): ConfigError {
  const where = config.datasetPath ?? dataset.name
  if (seen > 0)
    return new ConfigError(
      `option "datasetOffset": ${config.datasetOffset} skips all ${seen} prompts of "${where}"; give less than ${seen}`,
      'datasetOffset',
    )
  if (leftOut > 0 && config.multiTurn)
    return new ConfigError(
      `option "minTurns": all ${leftOut} conversations of "${where}" are left out, for fewer than ${config.minTurns} turns or for the length of the first; see minTurns, minPromptLength, maxPromptLength`,
      'minTurns',
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
