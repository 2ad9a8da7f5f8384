import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventShapes } from '../../src/client/eventShapes.ts'
import { EventTemplate, SseDecoder } from '../../src/client/index.ts'

interface Seen {
  data: string
  type: string
}

/** Decodes the bytes cut at the given places, with templates learned from each event that allows it. */
function decode(bytes: Buffer, cuts: readonly number[] = [], learn = false): Seen[] {
  const seen: Seen[] = []
  const template = new EventTemplate()
  const decoder = new SseDecoder(
    {
      onEvent(data, type, raw) {
        seen.push({ data, type })
        if (!learn || raw === undefined || !template.learning) return
        try {
          const { text } = JSON.parse(data) as { text?: unknown }
          if (typeof text === 'string' && text !== '') template.learn(raw, text)
        } catch {
          // Not one of the events a template can be learned from.
        }
      },
      onTemplateEvent(all) {
        const text = Buffer.from(all.subarray(template.textStart, template.textEnd)).toString()
        seen.push({ data: `matched:${text}`, type: '' })
      },
      onShapeEvent: () => expect.unreachable('no shape was learned'),
    },
    template,
    new EventShapes(),
  )
  let from = 0
  for (const cut of [...new Set(cuts)].sort((a, b) => a - b)) {
    decoder.push(bytes.subarray(from, cut))
    from = cut
  }
  decoder.push(bytes.subarray(from))
  return seen
}

/** The same stream read by another implementation. */
function oracle(text: string): Seen[] {
  const seen: Seen[] = []
  createParser({ onEvent: ({ data, event }) => seen.push({ data, type: event ?? '' }) }).feed(text)
  return seen
}

describe('SSE decoding', () => {
  it('reads LF, CRLF and CR line ends alike', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(decode(Buffer.from(`data: a${end}${end}event: x${end}data: b${end}${end}`))).toEqual([
        { data: 'a', type: '' },
        { data: 'b', type: 'x' },
      ])
  })

  it('joins data lines, ignores comments, ids and retries, and takes off one space only', () => {
    const text = ': hi\nid: 7\nretry: 10\ndata:  two spaces\ndata:none\ndata\n\n'
    expect(decode(Buffer.from(text))).toEqual([{ data: ' two spaces\nnone\n', type: '' }])
  })

  it('skips a byte order mark, also when it arrives byte by byte', () => {
    const bytes = Buffer.from('\ufeffdata: a\n\n')
    expect(decode(bytes)).toEqual([{ data: 'a', type: '' }])
    expect(decode(bytes, [1, 2, 3])).toEqual([{ data: 'a', type: '' }])
  })

  it('does not deliver an event that its blank line never closed', () => {
    expect(decode(Buffer.from('data: a\n\ndata: b\n'))).toEqual([{ data: 'a', type: '' }])
  })

  it('gives the same events however the bytes are cut, also within a UTF-8 character', () => {
    const bytes = Buffer.from('data: {"text":"你好 🙂"}\r\n\r\nevent: end\ndata: [DONE]\n\n')
    const whole = decode(bytes)
    for (let cut = 1; cut < bytes.length; cut++) expect(decode(bytes, [cut])).toEqual(whole)
    expect(decode(bytes, Array.from(bytes.keys()))).toEqual(whole)
  })

  it('agrees with eventsource-parser on any stream, however it is cut', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        'data',
        'data:',
        'event: a',
        'event',
        ':comment',
        'id: 1',
        'retry: 5',
        'unknown: x',
        'dat: x',
        'data:  x',
      ),
      fc
        .string({ unit: 'grapheme', maxLength: 12 })
        .map((text) => `data: ${text.replace(/[\r\n\u2028\u2029\0]/g, '')}`),
    )
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 30 })
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 8 }), (lines, cuts) => {
        const text = lines.map(([content, end]) => content + end).join('')
        const bytes = Buffer.from(text)
        const inside = cuts.filter((cut) => cut < bytes.length)
        expect(decode(bytes, inside)).toEqual(oracle(text))
      }),
      { numRuns: 500, seed: 1 },
    )
  })
})

describe('event templates', () => {
  const event = (text: string, more = ''): string => `data: {"id":"x","n":1,"text":${JSON.stringify(text)}${more}}\n\n`

  it('recognises events that differ in their text only, and gives that text', () => {
    const bytes = Buffer.from(event('a') + event('b c') + event('你') + event('last', ',"stop":true'))
    expect(decode(bytes, [], true).map(({ data }) => data)).toEqual([
      '{"id":"x","n":1,"text":"a"}',
      'matched:b c',
      'matched:你',
      '{"id":"x","n":1,"text":"last","stop":true}',
    ])
  })

  it('finds the end of a text with escaped quotes and backslashes', () => {
    const bytes = Buffer.from(event('a') + event('say "hi" \\') + event('\n'))
    expect(
      decode(bytes, [], true)
        .map(({ data }) => data)
        .slice(1),
    ).toEqual(['matched:say \\"hi\\" \\\\', 'matched:\\n'])
  })

  it('leaves empty texts, raw control characters and unlike events to the parser', () => {
    const odd = [
      'data: {"id":"y","n":1,"text":"b"}\n\n',
      event(''),
      'data: {"id":"x","n":1,"text":"a\tb"}\n\n',
      'data: {"id":"x","n":1,"text":"b"}}\n\n',
    ]
    for (const other of odd) {
      const seen = decode(Buffer.from(event('a') + other), [], true)
      expect(seen).toHaveLength(2)
      expect(seen[1]?.data.startsWith('matched:')).toBe(false)
    }
  })

  it('does not learn when the text occurs twice, as it could not know which one was read', () => {
    const twice = 'data: {"copy":"a","text":"a"}\n\n'
    expect(decode(Buffer.from(twice + twice), [], true).every(({ data }) => !data.startsWith('matched:'))).toBe(true)
  })

  it('reads any texts as JSON.parse would, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 12 }),
        fc.array(fc.nat(600), { maxLength: 6 }),
        (texts, cuts) => {
          const bytes = Buffer.from(texts.map((text) => event(text)).join(''))
          const seen = decode(
            bytes,
            cuts.filter((cut) => cut < bytes.length),
            true,
          ).map(({ data }) =>
            data.startsWith('matched:')
              ? (JSON.parse(`"${data.slice(8)}"`) as string)
              : (JSON.parse(data) as { text: string }).text,
          )
          // What is not well-formed Unicode cannot be written as UTF-8: it arrives as the replacement character.
          expect(seen).toEqual(texts.map((text) => JSON.parse(Buffer.from(JSON.stringify(text)).toString()) as string))
        },
      ),
      { numRuns: 500, seed: 2 },
    )
  })
})
