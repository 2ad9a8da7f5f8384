/** ShareGPT's conversations: what people asked, turn after turn; the answers they got then are left out. */
import { ConfigError } from '../config/index.ts'
import { turnsOf } from './conversation.ts'
import type { Dataset, Message } from './dataset.ts'
import { hubFile } from './hubFile.ts'
import type { Conversation } from './item.ts'
import { kindOf, type Row } from './jsonl.ts'
import { readMessages, requireTurns } from './messages.ts'
import { readRows } from './readers/rows.ts'

export const shareGptZhMultiTurn = shareGpt('share_gpt_zh_multi_turn', 'common_zh_70k.jsonl', 'Chinese')
export const shareGptEnMultiTurn = shareGpt('share_gpt_en_multi_turn', 'common_en_70k.jsonl', 'English')

function shareGpt(name: string, file: string, language: string): Dataset {
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
