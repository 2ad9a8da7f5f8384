/** Plays answers to the reader of answers, and says what it made of them. */
import { expect } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'
import { noteNames } from '../../src/samples/index.ts'

export interface Options {
  stream?: boolean
  status?: number
  headers?: Record<string, string>
  choices?: number
  allowEmpty?: boolean
}

export interface Outcome {
  failure: string | undefined
  words: string
  notes: string[]
  events: number
  usage: Record<string, number | undefined>
  hidden: number
  said: string
}

/** Reads an answer whose pieces arrive 10 ms after one another. */
export function read(api: string, pieces: readonly string[], options: Options = {}): Outcome {
  const { stream = true, status = 200, headers = {}, ...rest } = options
  const answer = new Answer(findApi(api), rest)
  const once = (all: readonly string[], code: number, more: Record<string, string>): Outcome => {
    answer.reset()
    const type = stream ? 'text/event-stream' : 'application/json'
    answer.onHeaders(code, { 'content-type': type, ...more }, stream, 0)
    for (const [i, piece] of all.entries()) answer.onBytes(Buffer.from(piece), i * 10 + 10)
    answer.onEnd()
    return {
      failure: answer.failure,
      words: answer.failureText,
      notes: noteNames(answer.notes),
      events: answer.outputEvents,
      usage: { ...answer.usage },
      hidden: answer.hiddenTokens,
      said: Buffer.from(answer.text).toString(),
    }
  }
  if (api === 'openai' && stream) once(GOOD, 200, {})
  const first = once(pieces, status, headers)
  expect(once(pieces, status, headers)).toEqual(first)
  return first
}

export const json = (value: unknown): string => JSON.stringify(value)
export const event = (value: unknown, type?: string): string =>
  `${type === undefined ? '' : `event: ${type}\n`}data: ${typeof value === 'string' ? value : json(value)}\n\n`
export const chunk = (delta: unknown, reason: unknown = null, more: object = {}): string =>
  event({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }], ...more })
export const usage = (counts: object): string => event({ id: 'c', choices: [], usage: counts })
export const ROLE = chunk({ role: 'assistant', content: '' })
export const HI = chunk({ content: 'Hi' })
export const YOU = chunk({ content: ' you' })
export const STOP = chunk({}, 'stop')
export const DONE = 'data: [DONE]\n\n'
export const GOOD = [ROLE, HI, YOU, STOP, usage({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }), DONE]

export const whole = (api: string, value: unknown, options: Options = {}): Outcome =>
  read(api, [json(value)], { stream: false, ...options })
export const wholeChat = (message: unknown, reason: unknown = 'stop', more: object = {}): Outcome =>
  whole('openai', { choices: [{ index: 0, message, finish_reason: reason }], ...more })

export const STREAMED = ['openai', 'openai_responses', 'anthropic', 'dashscope']
export const ALL = [...STREAMED, 'openai_embedding', 'openai_rerank']
export const ERROR = 'server-error-event'
