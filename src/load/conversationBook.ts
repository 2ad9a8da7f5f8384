/** The conversations of a run in shared memory, and the bodies of their later turns, built from what the model said. */
import type { Api } from '../apis/api.ts'
import { withOutputLimit } from '../apis/body.ts'
import type { ToolCall } from '../apis/parts.ts'
import type { Said } from '../client/said.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Message } from '../datasets/dataset.ts'
import { Bodies, type SharedBodies } from './bodies.ts'

/** One turn as the load thread needs it. */
export interface PlannedTurn {
  /** What the user's side adds: JSON texts of messages, joined by commas. */
  messages: string
  maxTokens?: number
  /** From the end of the answer before, milliseconds; absent: the think time of the level. */
  waitMs?: number
}

/** Given to each load thread. */
export interface SharedConversations {
  /** A JSON array of PlannedTurn for each conversation; conversation i holds plan i modulo their number. */
  plans: SharedBodies
  /** What request bodies are built from; holds no key. */
  config: ResolvedConfig
  path: string
}

/** Bodies for so many different `maxTokens` are kept ready; a range of a thousand values is an odd one. */
const KEPT_FORMS = 1000

/** The texts before and after a history in a request body. */
interface Form {
  head: string
  tail: string
}

export class ConversationBook {
  readonly #plans: Bodies
  readonly #shared: SharedConversations
  readonly #api: Api
  readonly #forms = new Map<number | undefined, Form | undefined>()

  constructor(shared: SharedConversations, api: Api) {
    this.#shared = shared
    this.#api = api
    this.#plans = new Bodies(shared.plans)
  }

  /** The turns of a conversation; the first one's body is the prepared one of the same index. */
  turns(conversation: number): PlannedTurn[] {
    const { buffer, byteOffset, length } = this.#plans.bytes(this.#plans.indexOf(conversation))
    return JSON.parse(Buffer.from(buffer, byteOffset, length).toString()) as PlannedTurn[]
  }

  /** @param history JSON texts of all messages so far, joined by commas */
  body(history: string, maxTokens: number | undefined): Buffer {
    const form = this.#formFor(maxTokens)
    if (form !== undefined) return Buffer.from(form.head + history + form.tail)
    return Buffer.from(JSON.stringify(this.#build(JSON.parse(`[${history}]`) as Message[], maxTokens)))
  }

  /** An API that sends messages as they are needs no parsing of the history: its text goes where they would stand. */
  #formFor(maxTokens: number | undefined): Form | undefined {
    if (this.#forms.has(maxTokens)) return this.#forms.get(maxTokens)
    const mark = 'perfgate history'
    const probe: Message[] = [{ role: 'user', content: mark }]
    const body = this.#build(probe, maxTokens)
    const parts = JSON.stringify({ ...body, messages: [mark] }).split(JSON.stringify(mark))
    const form = body['messages'] === probe && parts.length === 2 ? { head: parts[0]!, tail: parts[1]! } : undefined
    if (this.#forms.size >= KEPT_FORMS) this.#forms.clear()
    this.#forms.set(maxTokens, form)
    return form
  }

  #build(messages: Message[], maxTokens: number | undefined): Record<string, unknown> {
    const { config, path } = this.#shared
    return this.#api.buildRequest({ messages }, withOutputLimit(config, maxTokens), path)
  }
}

/** What a call is answered with where the dataset has no result for it: servers reject a call without one. */
const RESULT = 'done'

/**
 * The message of a model and what the user's side says next, as JSON texts joined by commas.
 *
 * Each call of a tool is followed by its result: the next one that the turn has, which gets the id of the call, or a
 * word. Results of the turn beyond those stay as they are.
 *
 * @param messages of the next turn, as `PlannedTurn` has them
 * @param turn number of the next turn, for the ids of calls that the server gave none
 */
export function continuation({ text, toolCalls }: Said, messages: string, turn: number): string {
  if (toolCalls.length === 0) return `{"role":"assistant","content":${jsonText(text)}},${messages}`
  const calls = toolCalls.map((call, i) => ({ ...call, id: call.id === '' ? `call_${turn}_${i + 1}` : call.id }))
  const assistant = `{"role":"assistant","content":${text === '' ? 'null' : jsonText(text)},"tool_calls":${JSON.stringify(calls.map(wireCall))}}`
  const planned = messages.includes('"tool"') ? (JSON.parse(`[${messages}]`) as Message[]) : undefined
  const recorded = (planned ?? []).filter(({ role }) => role === 'tool')
  const results = calls.map(({ id }, i) => ({
    role: 'tool',
    tool_call_id: id,
    content: recorded[i]?.content ?? RESULT,
  }))
  const used = new Set(recorded.slice(0, calls.length))
  const rest =
    planned === undefined || used.size === 0
      ? messages
      : planned
          .filter((message) => !used.has(message))
          .map((message) => JSON.stringify(message))
          .join(',')
  return [assistant, ...results.map((result) => JSON.stringify(result)), ...(rest === '' ? [] : [rest])].join(',')
}

/** Servers parse the arguments of a history: what is no JSON, for instance as it was cut, is put into one. */
function wireCall({ id, name, arguments: given }: ToolCall): object {
  const isGiven = given.trim() !== ''
  const args = !isGiven || isJson(given) ? given : JSON.stringify({ arguments: given })
  return { id, type: 'function', function: { name, arguments: isGiven ? args : '{}' } }
}

/** @param inside pieces of a stream as they came: an escape that JSON does not have must not spoil the whole history */
function jsonText(inside: string): string {
  return inside.includes('\\') && !isJson(`"${inside}"`) ? JSON.stringify(inside) : `"${inside}"`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
