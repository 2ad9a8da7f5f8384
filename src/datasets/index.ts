/** Where prompts come from; adding a dataset is one file and one line in `all.ts`. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokens/index.ts'
import * as all from './all.ts'
import { readDatasetArgs } from './args.ts'
import { conversationOf, keepTurns, shapeFirstTurn } from './conversation.ts'
import type { Dataset, DatasetOptions } from './dataset.ts'
import { finishing, isChat, promptUrl as urlFor } from './endpoint.ts'
import { type Conversation, type Item, isConversation, type TimedPrompt } from './item.ts'
import { lengthShape, type Shape, type TextArgs } from './lengths.ts'
import { readPromptOption } from './prompt.ts'

export type { CustomDataset, CustomPrompt } from './custom.ts'
export type { Dataset, DatasetOptions, Message, Prompt, PromptExtras, Role } from './dataset.ts'
export {
  type Conversation,
  type Item,
  isConversation,
  type RequestFacts,
  type TimedPrompt,
  type Turn,
} from './item.ts'
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
): Promise<TimedPrompt[]> {
  const tokenizer = once(() => loadTokenizer(config, notice))
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  const finish = await finishing(config, dataset, tokenizer)
  return readItems(config, dataset, limit, tokenizer, notice, (item, shape) => {
    if (isConversation(item))
      throw new ConfigError(
        `option "dataset": ${config.dataset} holds conversations; add multiTurn (--multi-turn)`,
        'multiTurn',
      )
    const shaped = shape(item)
    return shaped && finish(shaped)
  })
}

/**
 * Reads up to `limit` conversations of `minTurns` to `maxTurns` turns; a prompt is a conversation of one turn, a chat
 * history one of as many as it has answers. Limits of length are on the first turn.
 *
 * @param notice told what the user should know: a download, conversations left out
 * @throws ConfigError when there is not one
 */
export async function readConversations(
  config: ResolvedConfig,
  limit: number,
  notice: (text: string) => void = () => {},
): Promise<Conversation[]> {
  if (config.tokenizePrompt)
    throw new ConfigError(
      'option "tokenizePrompt": a conversation is sent as messages, which the server puts into tokens; leave it out',
      'tokenizePrompt',
    )
  const tokenizer = once(() => loadTokenizer(config, notice))
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  return readItems(config, dataset, limit, tokenizer, notice, (item, shape) => {
    const kept = keepTurns(conversationOf(item, config.dataset), config)
    return kept && shapeFirstTurn(kept, shape)
  })
}

/** @param take what is made of an item; undefined: it is left out */
async function readItems<T>(
  config: ResolvedConfig,
  dataset: Dataset | undefined,
  limit: number,
  tokenizer: () => Promise<Tokenizer>,
  notice: (text: string) => void,
  take: (item: Item, shape: Shape) => T | undefined,
): Promise<T[]> {
  const unshaped: Shape = (prompt) => prompt
  if (dataset === undefined)
    return [take({ text: readPromptOption(config.prompt!) }, unshaped)].filter((item) => item !== undefined)
  const args = readDatasetArgs(dataset, config)
  const shape: Shape = dataset.makesLengths
    ? unshaped
    : await lengthShape(config, args as Partial<TextArgs>, isChat(config, dataset), tokenizer)
  const count = limit + config.datasetOffset
  const items: T[] = []
  let seen = 0
  let leftOut = 0
  const open: DatasetOptions['open'] = (name, path, given) => {
    const other = findDataset(name)
    const args = readDatasetArgs(other, { datasetArgs: given })
    return other.read({ path, args, config, count, tokenizer, notice, open })
  }
  for await (const read of dataset.read({ path: config.datasetPath, args, config, count, tokenizer, notice, open })) {
    const item = take(read, shape)
    if (item === undefined) {
      leftOut++
      continue
    }
    if (seen++ < config.datasetOffset) continue
    items.push(item)
    if (items.length >= limit) break
  }
  if (items.length === 0) throw nothingRead(config, dataset, seen, leftOut)
  const what = config.multiTurn ? 'conversations for their turns or their length' : 'prompts for their length'
  if (leftOut > 0) notice(`dataset ${dataset.name}: left out ${leftOut} ${what}`)
  return items
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
