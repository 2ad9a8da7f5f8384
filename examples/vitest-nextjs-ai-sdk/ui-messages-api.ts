/** How perfgate speaks to an AI SDK route: UI messages out, the parts of a UI message stream in. */
import type { CustomApi, Reading } from 'perfgate'

interface Part {
  type: string
  delta?: string
  errorText?: string
}

export default {
  path: '/api/chat',
  buildRequest: (prompt) => ({
    messages: [
      {
        id: 'q',
        role: 'user',
        parts: [{ type: 'text', text: 'text' in prompt ? prompt.text : JSON.stringify(prompt) }],
      },
    ],
  }),
  onEvent(event): Reading {
    const { type, delta, errorText } = event as Part
    if (type === 'error') throw new Error(errorText)
    if (type === 'text-delta' && delta !== undefined) return { text: delta }
    return type === 'finish' ? { finishReason: 'stop' } : {}
  },
} satisfies CustomApi
