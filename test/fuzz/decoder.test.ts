/** The stream decoder on any bytes, held against the WHATWG standard and against another implementation. */
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventShapes } from '../../src/client/eventShapes.ts'
import { EventTemplate, SseDecoder } from '../../src/client/index.ts'
import { InterimAnswers } from '../../src/client/interim.ts'
import { brokenStream, byTheStandard, cutting, reads, type StreamEvent, streamOfLines } from './eventStream.ts'
import { extent, TIMEOUT_MS } from './extent.ts'

function decoded(pieces: readonly Buffer[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const decoder = new SseDecoder(
    {
      onEvent: (data, type) => events.push({ data, type }),
      onTemplateEvent: () => expect.unreachable('no template was learned'),
      onShapeEvent: () => expect.unreachable('no shape was learned'),
    },
    new EventTemplate(),
    new EventShapes(),
  )
  for (const piece of pieces) decoder.push(piece)
  return events
}

describe('the decoder', { timeout: TIMEOUT_MS }, () => {
  it('says what the WHATWG standard has any stream say, however it is cut', () => {
    fc.assert(
      fc.property(streamOfLines, cutting, (bytes, cuts) => {
        expect(decoded(reads(bytes, cuts))).toEqual(byTheStandard(bytes))
      }),
      extent(3000),
    )
  })

  it('does so for broken lines, line ends and UTF-8 as well', () => {
    fc.assert(
      fc.property(brokenStream, cutting, (bytes, cuts) => {
        expect(decoded(reads(bytes, cuts))).toEqual(byTheStandard(bytes))
      }),
      extent(3000),
    )
  })

  it('agrees with eventsource-parser on streams of any line ends', () => {
    fc.assert(
      fc.property(streamOfLines, cutting, (bytes, cuts) => {
        const events: StreamEvent[] = []
        // It takes text, from which a reader of UTF-8 has taken the byte order mark.
        // Of a CR at the end it waits to see whether an LF follows; the standard does not.
        const text = `${new TextDecoder().decode(bytes)}:`
        createParser({ onEvent: ({ data, event }) => events.push({ data, type: event ?? '' }) }).feed(text)
        expect(decoded(reads(bytes, cuts))).toEqual(events)
      }),
      extent(3000),
    )
  })
})

describe('"100 Continue" before an answer', { timeout: TIMEOUT_MS }, () => {
  it('is taken out, and not a byte besides, however the answer is cut', () => {
    const head = fc.constantFrom('HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 1', 'garbage')
    const interim = fc.constantFrom('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.0 100 \r\nx: y\r\n\r\n')
    fc.assert(
      fc.property(fc.array(interim, { maxLength: 3 }), head, fc.string(), cutting, (before, start, body, cuts) => {
        const rest = Buffer.from(start === 'HTTP/1.1 1' ? `${start}0` : start + body)
        const answers = new InterimAnswers()
        const out: Buffer[] = []
        let passed = false
        for (const piece of reads(Buffer.concat([Buffer.from(before.join('')), rest]), cuts)) {
          const left = passed ? piece : answers.skip(piece)
          if (left === undefined) continue
          passed = true
          out.push(left)
        }
        // What could still become one is waited for.
        expect(Buffer.concat(out).toString()).toBe(start === 'HTTP/1.1 1' ? '' : rest.toString())
      }),
      extent(1000),
    )
  })
})
