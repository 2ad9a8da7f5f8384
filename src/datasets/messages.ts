/** Checks messages read from a file, and names the one that is wrong. */
import { ConfigError } from '../config/index.ts'
import type { Message } from './dataset.ts'
import { kindOf } from './jsonl.ts'

/** Roles of ShareGPT's many forms, as chat roles. */
const ROLES: Record<string, string> = {
  human: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  function: 'tool',
}

/**
 * The messages of a field: OpenAI's `{role, content}`, or ShareGPT's `{from, value}`.
 * @param where dataset, file and line
 * @throws ConfigError naming file, line and field
 */
export function readMessages(values: unknown, field: string, where: string): Message[] {
  const wrong = (path: string, why: string): ConfigError =>
    new ConfigError(`${where}:${path === '' ? '' : ` field "${path}"`} ${why}`, 'datasetPath')
  if (!Array.isArray(values)) throw wrong(field, `must be an array of messages, got ${kindOf(values)}`)
  if (values.length === 0) throw wrong(field, 'must hold at least one message, got an empty array')
  return values.map((value: unknown, i) => {
    const path = `${field}[${i}]`
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(path, `must be a message, got ${kindOf(value)}`)
    const given = value as Record<string, unknown>
    const [roleField, contentField] = 'from' in given && !('role' in given) ? ['from', 'value'] : ['role', 'content']
    const role = given[roleField]
    if (typeof role !== 'string' || role === '')
      throw wrong(`${path}.${roleField}`, `must be a non-empty string, got ${kindOf(role)}`)
    const content = given[contentField]
    // An assistant's message may consist of tool calls alone.
    if (content === undefined && !('tool_calls' in given)) throw wrong(`${path}.${contentField}`, 'is missing')
    if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content))
      throw wrong(`${path}.${contentField}`, `must be a text or an array of parts, got ${kindOf(content)}`)
    if (roleField === 'from') return { role: ROLES[role] ?? role, content } as Message
    return given as unknown as Message
  })
}

/** Throws when a history holds no turn, naming where. */
export function requireTurns<T>(turns: readonly T[], field: string, where: string): readonly T[] {
  if (turns.length > 0) return turns
  throw new ConfigError(`${where}:${field === '' ? '' : ` field "${field}"`} holds no message of a user`, 'datasetPath')
}
