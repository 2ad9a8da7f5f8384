/** The parts of a chat message's content in OpenAI's form, in which datasets give them, for APIs that have their own. */
import type { CallPiece } from './api.ts'

export type Part =
  | { kind: 'text'; text: string }
  /** An http address, or a `data:` URL. */
  | { kind: 'image'; url: string }
  /** Already in the form of the API in use, or unknown: sent as it is. */
  | { kind: 'other'; part: unknown }

export interface ToolCall {
  id: string
  name: string
  /** JSON text. */
  arguments: string
}

export function partsOf(content: unknown): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  if (!Array.isArray(content))
    return content === undefined || content === null ? [] : [{ kind: 'other', part: content }]
  return content.map((part: unknown): Part => {
    const { type, text, image_url: image } = (part ?? {}) as { type?: unknown; text?: unknown; image_url?: unknown }
    if (type === 'text' && typeof text === 'string') return { kind: 'text', text }
    const url = typeof image === 'object' && image !== null ? (image as { url?: unknown }).url : image
    return type === 'image_url' && typeof url === 'string' ? { kind: 'image', url } : { kind: 'other', part }
  })
}

/** The calls of an assistant's message. */
export function toolCallsOf(message: object): ToolCall[] {
  const { tool_calls: calls } = message as { tool_calls?: unknown }
  if (!Array.isArray(calls)) return []
  return (calls as { id?: unknown; function?: { name?: unknown; arguments?: unknown } }[]).map((call) => ({
    id: String(call.id ?? ''),
    name: String(call.function?.name ?? ''),
    arguments: typeof call.function?.arguments === 'string' ? call.function.arguments : '{}',
  }))
}

/** The pieces of calls in `tool_calls` of a message or of a delta, in OpenAI's form. */
export function callPieces(calls: readonly unknown[]): CallPiece[] {
  return calls.map((one) => {
    const { index, id, function: called, custom } = (one ?? {}) as Record<string, unknown>
    const { name, arguments: given, input } = (called ?? custom ?? {}) as Record<string, unknown>
    const args = given ?? input
    return {
      ...(typeof index === 'number' ? { index } : {}),
      ...(typeof id === 'string' && id !== '' ? { id } : {}),
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof args === 'string' ? { arguments: args } : {}),
    }
  })
}

/** Names and arguments, as the model generated them. */
export function calledText(pieces: readonly CallPiece[]): string {
  return pieces.map(({ name = '', arguments: args = '' }) => name + args).join('')
}

/** Media type and base64 of a `data:` URL; undefined for any other. */
export function dataUrl(url: string): { mediaType: string; data: string } | undefined {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  return mediaType !== undefined && data !== undefined ? { mediaType, data } : undefined
}
