/** What a dataset yields: a prompt, with what a recording says of its request, or a whole conversation. */
import type { Message, Prompt } from './dataset.ts'

/** What a recording says of one request; absent where it says nothing. */
export interface RequestFacts {
  /** When it arrived, milliseconds; only differences count. */
  atMs?: number
  /** Headers of this request alone; they win over those of the run. */
  headers?: Record<string, string>
  /** Its name in the recording. */
  requestId?: string
  /** A prompt's `body` is all of the request: nothing is added but what decides on streaming. */
  isWhole?: boolean
}

export type TimedPrompt = Prompt & RequestFacts

/** What the user's side adds to the history before one answer. */
export interface Turn {
  /** At least one; what the model said before is no part of it. */
  messages: Message[]
  maxTokens?: number
  /** From the end of the answer before to this turn, milliseconds; wins over `thinkTime`. */
  waitMs?: number
}

export interface Conversation {
  /** At least one. */
  turns: Turn[]
}

export type Item = TimedPrompt | Conversation

export function isConversation(item: Item): item is Conversation {
  return 'turns' in item
}
