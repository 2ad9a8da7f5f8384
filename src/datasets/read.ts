/** Reads the prompts or conversations of a scenario, with the lengths and in the form that it asks for. */
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokens/index.ts'
import { conversationOf, keepTurns, shapeFirstTurn } from './conversation.ts'
import {
  type Conversation,
  type Dataset,
  type DatasetOptions,
  type Item,
  isConversation,
  type TimedPrompt,
} from './dataset.ts'
import { finishing, isChat } from './endpoint.ts'
import { findDataset } from './find.ts'
import { lengthShape, type Shape, type TextArgs } from './lengths.ts'
import { type ArgsGiven, readDatasetArgs, readPromptOption } from './options.ts'

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

/** Longest work before the event loop has its turn, and time between two notices. */
const TURN_MS = 50
const NOTICE_MS = 5000

/**
 * @param what has been done, in words, such as `prepared prompts`
 * @param of how many there will be
 * @returns to be awaited after each piece of work, with how many are done
 */
export function pacer(what: string, of: number, notice: (text: string) => void): (done: number) => Promise<void> {
  let turnAt = performance.now()
  let noticeAt = turnAt
  return async (done) => {
    const now = performance.now()
    if (now - turnAt < TURN_MS) return
    await setImmediate()
    turnAt = performance.now()
    if (now - noticeAt < NOTICE_MS) return
    noticeAt = now
    notice(`${what}: ${done} of ${of}`)
  }
}
