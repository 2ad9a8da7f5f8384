/** ShareGPT: conversations of users with a chatbot, sent as they stood before the last answer, or turn after turn. */
import { ConfigError } from '../config/index.ts'
import { readMessages, requireTurns, turnsOf } from './conversation.ts'
import type { Conversation, Dataset, Message } from './dataset.ts'
import { type TextArgs, textArgs } from './lengths.ts'
import { hubFile } from './published.ts'
import { kindOf, type Row } from './row.ts'
import { readRows } from './rows.ts'

export const shareGptZh = shareGpt('share_gpt_zh', 'Chinese', 'common_zh_70k.jsonl')
export const shareGptEn = shareGpt('share_gpt_en', 'English', 'common_en_70k.jsonl')

function shareGpt(name: string, language: string, file: string): Dataset<TextArgs> {
  return {
    name,
    description: `${language} conversations: \`conversation\` or \`conversations\` of each JSONL line of --dataset-path or the hub`,
    args: textArgs,
    async *read(options) {
      const path = await hubFile(options, { modelscope: 'swift/sharegpt', huggingface: 'swift/sharegpt', file })
      for await (const row of readRows(path, name)) {
        const messages = messagesOf(row)
        while (messages.at(-1)?.role === 'assistant') messages.pop()
        // A conversation in which the user says nothing asks for no answer.
        if (messages.length > 0) yield { messages }
      }
    },
  }
}

/** Two forms are about: `conversation` of pairs, and ShareGPT's own `conversations` of single messages. */
function messagesOf(row: Row): Message[] {
  const { conversation, conversations } = row.value
  if (conversation !== undefined)
    return listOf(row, 'conversation', conversation).flatMap((turn, i) => pair(row, turn, i))
  return listOf(row, 'conversations', conversations).flatMap((message, i) => single(row, message, i))
}

function listOf({ where, value }: Row, field: string, list: unknown): Record<string, unknown>[] {
  if (!Array.isArray(list))
    throw new ConfigError(
      `${where}: field "${field}" must be an array, got ${kindOf(list)}; the fields there are: ${Object.keys(value).join(', ')}`,
      'datasetPath',
    )
  for (const [i, element] of list.entries())
    if (typeof element !== 'object' || element === null || Array.isArray(element))
      throw new ConfigError(`${where}: field "${field}[${i}]" must be an object, got ${kindOf(element)}`, 'datasetPath')
  return list as Record<string, unknown>[]
}

function pair(row: Row, turn: Record<string, unknown>, i: number): Message[] {
  const user = words(row, `conversation[${i}].human`, turn['human'])
  const assistant = words(row, `conversation[${i}].assistant`, turn['assistant'])
  if (user === '') return []
  const asked: Message = { role: 'user', content: user }
  return assistant === '' ? [asked] : [asked, { role: 'assistant', content: assistant }]
}

const ROLES: Record<string, Message['role']> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  assistant: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  system: 'system',
}

function single(row: Row, message: Record<string, unknown>, i: number): Message[] {
  const from = String(message['from'] ?? message['role'])
  const role = ROLES[from]
  if (role === undefined)
    throw new ConfigError(
      `${row.where}: field "conversations[${i}].from" must be one of ${Object.keys(ROLES).join(', ')}, got "${from}"`,
      'datasetPath',
    )
  const content = words(row, `conversations[${i}].value`, message['value'] ?? message['content'])
  return content === '' ? [] : [{ role, content }]
}

function words({ where }: Row, field: string, text: unknown): string {
  if (text === undefined || text === null) return ''
  if (typeof text !== 'string')
    throw new ConfigError(`${where}: field "${field}" must be a string, got ${kindOf(text)}`, 'datasetPath')
  return text.trim()
}

export const shareGptZhMultiTurn = multiTurn('share_gpt_zh_multi_turn', 'common_zh_70k.jsonl', 'Chinese')
export const shareGptEnMultiTurn = multiTurn('share_gpt_en_multi_turn', 'common_en_70k.jsonl', 'English')

function multiTurn(name: string, file: string, language: string): Dataset {
  return {
    name,
    description: `${language} ShareGPT conversations of --dataset-path: \`conversation\` with \`human\` texts, or \`conversations\` with \`from\` and \`value\``,
    async *read(options) {
      const path = await hubFile(options, { modelscope: 'swift/sharegpt', huggingface: 'swift/sharegpt', file })
      for await (const row of readRows(path, name)) {
        const conversation = conversationOf(row)
        if (conversation !== undefined) yield conversation
      }
    },
  }
}

/** Undefined for a conversation in which nobody asked anything: the published files hold a few. */
function conversationOf(row: Row): Conversation | undefined {
  const { value, where } = row
  if (value['conversations'] !== undefined || value['messages'] !== undefined) {
    const field = value['messages'] === undefined ? 'conversations' : 'messages'
    const turns = requireTurns(turnsOf(readMessages(value[field], field, where)), field, where)
    return { turns: turns.map((messages) => ({ messages: [...messages] })) }
  }
  const exchanges = value['conversation']
  if (!Array.isArray(exchanges))
    throw new ConfigError(`${where}: field "conversation" must be an array, got ${kindOf(exchanges)}`, 'datasetPath')
  const turns = exchanges.flatMap((exchange: unknown, i): { messages: Message[] }[] => {
    if (typeof exchange !== 'object' || exchange === null)
      throw new ConfigError(
        `${where}: field "conversation[${i}]" must be an object, got ${kindOf(exchange)}`,
        'datasetPath',
      )
    const human = (exchange as { human?: unknown }).human
    if (typeof human !== 'string')
      throw new ConfigError(
        `${where}: field "conversation[${i}].human" must be a string, got ${kindOf(human)}`,
        'datasetPath',
      )
    return human.trim() === '' ? [] : [{ messages: [{ role: 'user', content: human }] }]
  })
  return turns.length === 0 ? undefined : { turns }
}
