/** OpenAI's Responses API: input items, and events by type such as `response.output_text.delta`. */
import type { Message } from '../datasets/dataset.ts'
import type { Api, CallPiece, Reading } from './api.ts'
import { withExtraArgs } from './body.ts'
import { readServerError } from './outcome.ts'
import { calledText, partsOf, toolCallsOf } from './parts.ts'
import { type Input, textOf } from './prompt.ts'
import { count, type Json, object, objects, usageOf, words } from './reading.ts'
import { refuseOptions } from './unsupported.ts'

const NAME = 'openai_responses'

export const openaiResponses: Api = {
  name: NAME,
  aliases: ['responses'],
  description: 'OpenAI responses',
  paths: ['/v1/responses'],
  unread: ['obfuscation', 'sequence_number', 'item_id'],
  varying: ['obfuscation', 'sequence_number'],
  eventTypes: /^(response\.|error$)/,
  defaultFields: { max_output_tokens: 'maxTokens', temperature: 'temperature' },
  check: (config) =>
    refuseOptions(config, NAME, [
      'maxCompletionTokens',
      'minTokens',
      'topK',
      'seed',
      'stop',
      'stopTokenIds',
      'nChoices',
      'frequencyPenalty',
      'repetitionPenalty',
      'logprobs',
    ]),
  buildRequest(prompt, config) {
    const body = {
      model: config.model,
      max_output_tokens: config.maxTokens ?? undefined,
      temperature: config.temperature ?? undefined,
      top_p: config.topP,
      stream: config.stream,
      ...('body' in prompt ? prompt.body : { input: inputOf(prompt) }),
    }
    return withExtraArgs(body, config.extraArgs)
  },
  readEvent: (event) => readEvent(object(event)),
  readAnswer: (answer) => readAnswer(object(answer)),
  inputOf: ({ input, instructions }) => ({
    messages: [
      ...(typeof instructions === 'string' ? [{ role: 'developer', content: instructions }] : []),
      ...(typeof input === 'string'
        ? [{ role: 'user', content: input }]
        : objects(input).map(({ role, content, output }) => ({
            role: words(role) || 'tool',
            content: content ?? output,
          }))),
    ],
  }),
}

function inputOf(prompt: Input): unknown {
  return 'messages' in prompt ? prompt.messages.flatMap(itemsOf) : textOf(prompt, NAME)
}

/** A chat message as input items: its content, and each of its tool calls or its tool's result. */
function itemsOf(message: Message): Json[] {
  const { role, content } = message
  if (role === 'tool') {
    const { tool_call_id: id } = message as { tool_call_id?: unknown }
    return [{ type: 'function_call_output', call_id: String(id ?? ''), output: content }]
  }
  const calls = toolCallsOf(message).map(({ id, ...call }) => ({ type: 'function_call', call_id: id, ...call }))
  if (content === undefined || content === null) return calls
  if (typeof content === 'string') return [{ role, content }, ...calls]
  const textType = role === 'assistant' ? 'output_text' : 'input_text'
  const parts = partsOf(content).map((part) => {
    if (part.kind === 'text') return { type: textType, text: part.text }
    return part.kind === 'image' ? { type: 'input_image', image_url: part.url } : part.part
  })
  return [{ role, content: parts }, ...calls]
}

const SUMMARY_DELTA = 'response.reasoning_summary_text.delta'

/** Deltas of generated text, of whatever kind. */
const TEXT_DELTAS = new Set([
  'response.output_text.delta',
  'response.reasoning_text.delta',
  SUMMARY_DELTA,
  'response.refusal.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
  'response.mcp_call_arguments.delta',
  'response.code_interpreter_call_code.delta',
  'response.audio.transcript.delta',
])

/** Pieces of calls that the user's side must answer. */
const CALL_DELTAS = new Set(['response.function_call_arguments.delta', 'response.custom_tool_call_input.delta'])

function calledBy({ output_index: index }: Json, piece: CallPiece): Pick<Reading, 'called' | 'toolCalls'> {
  return { called: calledText([piece]), toolCalls: [{ ...(typeof index === 'number' ? { index } : {}), ...piece }] }
}

function readEvent(event: Json): Reading {
  const type = words(event['type'])
  if (TEXT_DELTAS.has(type)) {
    const { delta } = event
    if (typeof delta !== 'string')
      return { malformed: `event ${type} without a text in "delta": ${JSON.stringify(event)}` }
    if (delta === '') return { isPackage: true }
    if (type === SUMMARY_DELTA) return { isPackage: true, text: delta, reasoning: delta, isSummary: true }
    if (type.startsWith('response.reasoning')) return { isPackage: true, text: delta, reasoning: delta }
    return { isPackage: true, text: delta, ...(CALL_DELTAS.has(type) ? calledBy(event, { arguments: delta }) : {}) }
  }
  switch (type) {
    case 'response.audio.delta':
      return { isPackage: true, hasOutput: true }
    case 'response.output_item.added': {
      const item = object(event['item'])
      const name = calledName(item)
      if (name === '') return { isPackage: true }
      if (!ANSWERED.has(words(item['type']))) return { isPackage: true, text: name, called: name }
      return { isPackage: true, text: name, ...calledBy(event, { id: words(item['call_id']), name }) }
    }
    case 'response.created':
      return idOf(object(event['response']))
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed': {
      return { ...readEnding(object(event['response']), type.slice('response.'.length)), ends: true }
    }
    default:
      return {}
  }
}

/** Status, reason, usage and error of a response; nothing of its text, which the deltas brought. */
function readEnding(response: Json, status: string): Reading {
  const reading: Reading = { ...idOf(response), ...readUsage(response['usage']) }
  const error = readServerError(response)
  if (status === 'failed' || status === 'cancelled') reading.error = error ?? JSON.stringify({ message: status })
  else if (error !== undefined) reading.error = error
  if (status === 'completed') reading.finishReason = 'completed'
  if (status === 'incomplete')
    reading.finishReason = words(object(response['incomplete_details'])['reason']) || 'incomplete'
  return reading
}

function readAnswer(answer: Json): Reading {
  const reading = readEnding(answer, words(answer['status']) || 'completed')
  const items = objects(answer['output'])
  const { status } = answer
  // Asked for in the background, or not waited for.
  if (status === 'in_progress' || status === 'queued') return { ...reading, error: `the response is ${status}` }
  if (items.length === 0) return { ...reading, missing: 'the answer has no output items' }
  const reasoning = items
    .filter(({ type }) => type === 'reasoning')
    .map(saidBy)
    .join('')
  const said = items
    .filter(({ type }) => type !== 'reasoning')
    .map(saidBy)
    .join('')
  const called = items.map(callText).join('')
  const text = reasoning + said + called
  const calls = items.filter(({ type }) => ANSWERED.has(words(type))).map(callOf)
  return {
    ...reading,
    isPackage: true,
    ...(text === '' ? {} : { text }),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(called === '' ? {} : { called }),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
  }
}

/** Reasoning, text or refusal. */
function saidBy(item: Json): string {
  const parts = [...objects(item['summary']), ...objects(item['content'])]
  return parts.map((part) => words(part['text']) + words(part['refusal'])).join('')
}

/** The name of the tool that an item calls, which the model generated; items of other kinds begin empty. */
function calledName(item: Json): string {
  return words(item['type']).endsWith('_call') ? words(item['name']) : ''
}

/** Calls of any kind: also those that the server runs by itself. */
function callText(item: Json): string {
  return calledName(item) + words(item['arguments']) + words(item['input'])
}

/** Calls that the user's side must answer. */
const ANSWERED = new Set(['function_call', 'custom_tool_call'])

function callOf({ call_id: id, name, arguments: args, input }: Json, index: number): CallPiece {
  return { index, id: words(id), name: words(name), arguments: words(args) + words(input) }
}

function readUsage(value: unknown): Pick<Reading, 'usage'> {
  const usage = object(value)
  return usageOf({
    inputTokens: count(usage['input_tokens']),
    outputTokens: count(usage['output_tokens']),
    cachedTokens: count(object(usage['input_tokens_details'])['cached_tokens']),
    reasoningTokens: count(object(usage['output_tokens_details'])['reasoning_tokens']),
  })
}

function idOf({ id }: Json): Pick<Reading, 'id'> {
  return typeof id === 'string' ? { id } : {}
}
