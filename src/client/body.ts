/** Of which kind a body is: by its status and media type, and by its first bytes, which know better. */

const BRACE = 0x7b
const BRACKET = 0x5b
export type BodyKind = 'events' | 'json' | 'error'

/** With which a JSON object, or a list of them, begins. */
const JSON_START = /^[{[]\s*["{}\]]/
/** Fields with which a stream of events may begin, and its comments. */
const STREAM_START = /^(data|event|id|retry)?:/

/** @param streamed the request asked for a stream */
export function kindByHeaders(status: number, mediaType: unknown, streamed: boolean): BodyKind {
  if (status < 200 || status >= 300) return 'error'
  const type = typeof mediaType === 'string' ? mediaType.trim().toLowerCase() : ''
  return !streamed || /^application\/([a-z.-]+\+)?json\b/.test(type) ? 'json' : 'events'
}

/**
 * The kind of a body that was asked for as a stream. Servers name streams JSON and JSON streams; a brace begins no
 * stream, and the field of a stream no JSON.
 *
 * @param named what the headers said
 * @returns undefined where the bytes are all blank
 */
export function kindByBytes(bytes: Buffer, named: 'events' | 'json'): 'events' | 'json' | undefined {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && bytes[at]! <= 0x20) at++
  const first = bytes[at]
  if (first === undefined) return undefined
  if (named === 'events') {
    const mayBeJson = first === BRACE || first === BRACKET
    return mayBeJson && JSON_START.test(bytes.toString('latin1', at, at + 64)) ? 'json' : 'events'
  }
  return STREAM_START.test(bytes.toString('latin1', at, at + 8)) ? 'events' : 'json'
}
