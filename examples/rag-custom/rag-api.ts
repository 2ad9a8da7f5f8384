/** How perfgate speaks to the RAG endpoint: the question as it wants it, and which of its events are output. */
import type { CustomApi, Reading } from 'perfgate'

interface RagEvent {
  kind?: 'sources' | 'answer' | 'end'
  error?: { message: string }
  text?: string
}

export default {
  path: '/ask',
  buildRequest: (prompt) => ({ question: 'text' in prompt ? prompt.text : JSON.stringify(prompt) }),
  onEvent(event): Reading {
    const { kind, text, error } = event as RagEvent
    if (error !== undefined) throw new Error(error.message)
    // The sources come before the model has said a word: they are no first token.
    if (kind === 'answer' && text !== undefined) return { text }
    return kind === 'end' ? { finishReason: 'stop' } : {}
  },
} satisfies CustomApi
