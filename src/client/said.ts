/** What of an answer joins the history of a conversation, and whether there is as much as was asked for. */
import type { ToolCall } from '../apis/parts.ts'
import { C } from '../samples/index.ts'
import type { Answer } from './answer.ts'

/** What a model said. */
export interface Said {
  /** Its words as the inside of a JSON string: without reasoning, and without calls of tools. */
  text: string
  /** An id that the server did not give is empty. */
  toolCalls: readonly ToolCall[]
}

/** Valid after the next request as well. */
export function saidIn({ spoken, toolCalls }: Answer): Said {
  const { buffer, byteOffset, length } = spoken
  return { text: withoutThoughts(Buffer.from(buffer, byteOffset, length).toString()), toolCalls: toolCalls.all }
}

/**
 * Fails an answer that ended as it should and still is not what was asked for: results of a batch are missing, or
 * nothing was said that the next turn of a conversation could follow.
 *
 * @param row the sample of the request, as far as its order says
 * @param itemsAsked vectors or scores asked for; undefined where the request is for none
 */
export function judgeContent(answer: Answer, row: Float64Array, itemsAsked: () => number | undefined): void {
  if (answer.failure !== undefined) return
  const { items } = answer
  const asked = items === undefined ? undefined : itemsAsked()
  if (asked !== undefined && items! < asked)
    answer.fail('no-output', `the answer has ${items} of the ${asked} results that the request asked for`)
  const [turn, turns] = [row[C.turn]! + 1, row[C.turns]!]
  // Both are NaN for single requests.
  if (!(turn < turns)) return
  const { text, toolCalls } = saidIn(answer)
  if (isBlank(text) && toolCalls.length === 0)
    answer.fail(
      'no-output',
      `turn ${turn} of ${turns} gave no text or tool call to continue the conversation from (finish reason "${answer.finishReason}")`,
    )
}

const THOUGHT = /^\s*(?:<think>)?(?:(?!<think>)[\s\S])*?<\/think>\s*|^\s*<think>[\s\S]*$/i

/**
 * Without the thoughts that some servers leave in the text: from `<think>` at its beginning to `</think>`, or all of it
 * where that is missing. A chat template may have opened them in the prompt, so that the text has only the end.
 *
 * @param inside the inside of a JSON string, and so is what comes back
 */
export function withoutThoughts(inside: string): string {
  // The word is ASCII, which nobody escapes; the signs around it some do.
  if (!/think(?:>|\\u003e)/i.test(inside)) return inside
  const text = decoded(inside)
  const said = text.replace(THOUGHT, '')
  return said === text ? inside : JSON.stringify(said).slice(1, -1)
}

/** @param inside the inside of a JSON string */
function isBlank(inside: string): boolean {
  return inside === '' || decoded(inside).trim() === ''
}

/** Pieces of a stream are taken as they came: an escape that JSON does not have stands for itself. */
function decoded(inside: string): string {
  try {
    return JSON.parse(`"${inside}"`) as string
  } catch {
    return inside
  }
}
