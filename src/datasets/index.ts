/** Where prompts come from; adding a dataset is one file and one line here. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import { conversationOf, keepTurns } from './conversation.ts'
import { customMultiTurn } from './customMultiTurn.ts'
import type { Dataset } from './dataset.ts'
import { type Conversation, type Item, isConversation, type TimedPrompt } from './item.ts'
import { lineByLine } from './lineByLine.ts'
import { longalpaca } from './longalpaca.ts'
import { openqa } from './openqa.ts'
import { readPromptOption } from './prompt.ts'
import { shareGptEnMultiTurn, shareGptZhMultiTurn } from './shareGpt.ts'

export type { Dataset, DatasetOptions, Message, Prompt, Role } from './dataset.ts'
export { type Conversation, type Item, isConversation, type RequestFacts, type TimedPrompt, type Turn } from './item.ts'
export { readPromptOption } from './prompt.ts'

export const DATASETS: readonly Dataset[] = [
  openqa,
  longalpaca,
  lineByLine,
  customMultiTurn,
  shareGptZhMultiTurn,
  shareGptEnMultiTurn,
]

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
export function readPrompts(config: ResolvedConfig, limit: number): Promise<TimedPrompt[]> {
  return readItems(config, limit, (item) => {
    if (!isConversation(item)) return item
    throw new ConfigError(
      `option "dataset": ${config.dataset} holds conversations; add multiTurn (--multi-turn)`,
      'multiTurn',
    )
  })
}

/**
 * Reads up to `limit` conversations of `minTurns` to `maxTurns` turns; a prompt is a conversation of one turn, a chat
 * history one of as many as it has answers.
 * @throws ConfigError when there is not one
 */
export function readConversations(config: ResolvedConfig, limit: number): Promise<Conversation[]> {
  return readItems(config, limit, (item) => keepTurns(conversationOf(item, config.dataset), config))
}

/** @param take what is made of an item; undefined: it is left out */
async function readItems<T>(config: ResolvedConfig, limit: number, take: (item: Item) => T | undefined): Promise<T[]> {
  if (config.prompt !== undefined)
    return [take({ text: readPromptOption(config.prompt) })].filter((x) => x !== undefined)
  const dataset = findDataset(config.dataset)
  const prompts: T[] = []
  let seen = 0
  let leftOut = 0
  for await (const item of dataset.read({ path: config.datasetPath, config, limit: config.datasetOffset + limit })) {
    if (seen++ < config.datasetOffset) continue
    const prompt = take(item)
    if (prompt === undefined) leftOut++
    else prompts.push(prompt)
    if (prompts.length >= limit) break
  }
  if (prompts.length > 0) return prompts
  if (leftOut > 0)
    throw new ConfigError(
      `option "minTurns": none of the ${leftOut} conversations of "${config.datasetPath ?? dataset.name}" has ${config.minTurns} turns`,
      'minTurns',
    )
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
