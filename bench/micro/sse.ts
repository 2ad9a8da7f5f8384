/** Reading a stream: our decoder against the usual ways. */
import { createParser } from 'eventsource-parser'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'
import { memoryView } from '../../src/client/directReads.ts'
import { EVENTS, streamedAnswer } from './stream.ts'
import type { MicroTask } from './task.ts'

export function sseTasks(): MicroTask[] {
  const bytes = streamedAnswer()
  const answer = new Answer(findApi('openai'))
  const readOurs = (chunks: readonly Buffer[], inMemory = true): void => {
    answer.reset()
    answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
    for (const chunk of chunks) answer.onBytes(chunk, 1, 1, inMemory)
    answer.onEnd()
    if (answer.outputEvents !== EVENTS || answer.failure !== undefined)
      throw new Error(`read ${answer.outputEvents} of ${EVENTS} events: ${answer.failureText}`)
  }
  // Where sockets without TLS are read.
  const read = Buffer.from(memoryView.buffer, 0, bytes.length)
  bytes.copy(read)
  const events = splitEvents(read)
  const halves = [read.subarray(0, bytes.length >> 1), read.subarray(bytes.length >> 1)]
  const apart = splitEvents(bytes)
  return [
    { name: 'stream event: ours, the answer in one read', pieces: EVENTS, run: () => readOurs([read]) },
    { name: 'stream event: ours, in two reads that cut an event', pieces: EVENTS, run: () => readOurs(halves) },
    { name: 'stream event: ours, one event per read', pieces: EVENTS, run: () => readOurs(events) },
    { name: 'stream event: ours, one event per read, with TLS', pieces: EVENTS, run: () => readOurs(apart, false) },
    { name: 'stream event: eventsource-parser and JSON.parse', pieces: EVENTS, run: () => readUsual(bytes) },
    { name: 'stream event: split on blank lines and JSON.parse', pieces: EVENTS, run: () => readSplit(bytes) },
  ]
}

function readUsual(bytes: Buffer): void {
  let tokens = 0
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== '[DONE]' && contentOf(data) !== undefined) tokens++
    },
  })
  parser.feed(bytes.toString())
  if (tokens !== EVENTS) throw new Error(`read ${tokens} of ${EVENTS} events`)
}

function readSplit(bytes: Buffer): void {
  let tokens = 0
  for (const event of bytes.toString().split('\n\n'))
    if (event.startsWith('data: {') && contentOf(event.slice(6)) !== undefined) tokens++
  if (tokens !== EVENTS) throw new Error(`read ${tokens} of ${EVENTS} events`)
}

function contentOf(data: string): string | undefined {
  return (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content
}

function splitEvents(bytes: Buffer): Buffer[] {
  const events: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf('\n\n', start) + 2
    events.push(bytes.subarray(start, end))
    start = end
  }
  return events
}
