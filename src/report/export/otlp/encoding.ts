/** The two encodings of OTLP over HTTP: what goes out, and what a collector's answer says. */
import type { Protocol, Signal } from './settings.ts'

export interface Encoding {
  contentType: string
  /** @param request an export request in the JSON encoding */
  encode(signal: Signal, request: Uint8Array): Uint8Array
  /**
   * What the answer to an accepted request says beside that.
   * @throws when it is no such answer
   */
  read(signal: Signal, answer: Uint8Array): Accepted
}

export interface Accepted {
  /** Spans or data points that were dropped all the same. */
  refused: number
  /** Why, or with none refused a warning; empty without either. */
  message: string
}

export async function encodingOf(protocol: Protocol): Promise<Encoding> {
  if (protocol === 'http/json') return json
  const { protobuf } = await import('./protobuf.ts')
  return protobuf()
}

/** The part of an answer that both encodings have, by the names of the JSON encoding. */
export interface Answer {
  partialSuccess?: {
    rejectedSpans?: unknown
    rejectedDataPoints?: unknown
    errorMessage?: unknown
  } | null
}

/** @param answer whose 64-bit numbers may be numbers, texts or objects that print as such */
export function acceptedOf({ partialSuccess }: Answer): Accepted {
  const { rejectedSpans, rejectedDataPoints, errorMessage } = partialSuccess ?? {}
  return { refused: Number(String(rejectedSpans ?? rejectedDataPoints ?? 0)), message: String(errorMessage ?? '') }
}

const json: Encoding = {
  contentType: 'application/json',
  encode: (_, request) => request,
  read: (_, answer) => {
    const text = Buffer.from(answer).toString().trim()
    return acceptedOf(text === '' ? {} : ((JSON.parse(text) ?? {}) as Answer))
  },
}
