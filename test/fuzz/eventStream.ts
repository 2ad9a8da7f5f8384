/** Event streams to try a decoder on, and what the WHATWG standard has them say. */
import fc from 'fast-check'

export interface StreamEvent {
  data: string
  type: string
}

/**
 * The standard's own algorithm, step by step, on the whole stream at once (HTML, § 9.2.6 "Interpreting an event
 * stream"): decode UTF-8, take off one BOM, split into lines, process fields, dispatch at blank lines. A last line
 * without an end is a line that is still to come.
 */
export function byTheStandard(bytes: Uint8Array): StreamEvent[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replace(/^\ufeff/, '')
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1)
  const events: StreamEvent[] = []
  let data = ''
  let type = ''
  for (const line of lines) {
    if (line === '') {
      if (data !== '') events.push({ data: data.replace(/\n$/, ''), type })
      data = ''
      type = ''
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') type = value
    else if (field === 'data') data += `${value}\n`
  }
  return events
}

const fieldLine = fc.oneof(
  fc.constantFrom('', '', 'data', 'data:', 'data: ', 'data:  x', 'dataX: y', 'Data: z', ' data: q', 'data :r'),
  fc.constantFrom('event', 'event: a', 'event:b', 'eventual: c', ':', ':comment', 'id: 1', 'id', 'retry: 5', 'x'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `data: ${text}`),
  fc.json({ maxDepth: 2 }).map((text) => `data: ${text}`),
  fc.constant('data: [DONE]'),
)

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')

/** Lines as servers write them, with any ends. */
export const streamOfLines = fc
  .tuple(fc.constantFrom('', '', '\ufeff', '\ufeff\ufeff'), fc.array(fc.tuple(fieldLine, lineEnd), { maxLength: 24 }))
  .map(([start, lines]) => Buffer.from(start + lines.map(([line, end]) => line + end).join('')))

/** The same with bytes changed, taken out and put in, so that lines, characters and ends are broken too. */
export const brokenStream = fc.tuple(streamOfLines, mutations()).map(([bytes, changes]) => mutated(bytes, changes))

export interface Mutation {
  kind: 'set' | 'cut' | 'put' | 'repeat'
  /** Share of the bytes before it. */
  at: number
  length: number
  bytes: Uint8Array
}

export function mutations(maxLength = 6): fc.Arbitrary<Mutation[]> {
  const mutation = fc.record({
    kind: fc.constantFrom<Mutation['kind']>('set', 'cut', 'put', 'repeat'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(40),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 6 }),
      fc
        .constantFrom(
          '\n',
          '\r',
          '\r\n',
          '\n\n',
          ':',
          'data: ',
          '"',
          '\\',
          '{',
          '}',
          ',',
          'null',
          '\ufeff',
          '\0',
          '🙂',
          '[DONE]',
        )
        .map((text) => new Uint8Array(Buffer.from(text))),
    ),
  })
  return fc.array(mutation, { maxLength })
}

export function mutated(whole: Buffer, changes: readonly Mutation[]): Buffer {
  let bytes = whole
  for (const { kind, at, length, bytes: put } of changes) {
    const from = Math.floor(at * bytes.length)
    const to = kind === 'put' ? from : Math.min(bytes.length, from + (kind === 'set' ? put.length : length))
    const middle =
      kind === 'cut' ? [] : kind === 'repeat' ? [bytes.subarray(from, to), bytes.subarray(from, to)] : [put]
    bytes = Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(to)])
  }
  return bytes
}

/** Where a stream is cut into reads, as shares of its length; many cuts are one read a byte. */
export const cutting = fc.oneof(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
  fc.constant('everywhere' as const),
)

/** Buffers of their own, as reads of a socket are. */
export function reads(bytes: Buffer, cuts: readonly number[] | 'everywhere'): Buffer[] {
  const places =
    cuts === 'everywhere' ? Array.from(bytes.keys()) : cuts.map((share) => Math.floor(share * bytes.length))
  const ends = [...new Set([...places, bytes.length])].filter((at) => at > 0).sort((a, b) => a - b)
  return ends.map((end, i) => Buffer.from(bytes.subarray(ends[i - 1] ?? 0, end)))
}
