/** Anthropic's Messages API: typed events such as `content_block_delta`, and usage in `message_delta`. */
import type { Message } from '../datasets/dataset.ts'
import type { Api, CallPiece, Reading } from './api.ts'
import { withExtraArgs } from './body.ts'
import { calledText, dataUrl, partsOf, toolCallsOf } from './parts.ts'
import { type Input, messagesOf } from './prompt.ts'
import { count, type Json, object, objects, usageOf, words } from './reading.ts'
import { refuseOptions } from './unsupported.ts'

const NAME = 'anthropic'
const VERSION = '2023-06-01'

export const anthropic: Api = {
  name: NAME,
  aliases: ['anthropic_messages'],
  description: 'Anthropic messages',
  paths: ['/v1/messages'],
  eventTypes: /^(message|content_block|error$)/,
  // A request without max_tokens is rejected: it cannot be left out.
  defaultFields: { temperature: 'temperature' },
  keyVariable: 'ANTHROPIC_API_KEY',
  check: (config) =>
    refuseOptions(config, NAME, [
      'maxCompletionTokens',
      'minTokens',
      'seed',
      'stopTokenIds',
      'nChoices',
      'frequencyPenalty',
      'repetitionPenalty',
      'logprobs',
    ]),
  headers: ({ apiKey }) => ({
    'anthropic-version': VERSION,
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
  }),
  buildRequest(prompt, config) {
    const body = {
      model: config.model,
      max_tokens: config.maxTokens ?? undefined,
      temperature: config.temperature ?? undefined,
      top_p: config.topP,
      top_k: config.topK,
      stop_sequences: config.stop === undefined ? undefined : [config.stop].flat(),
      stream: config.stream,
      ...('body' in prompt ? prompt.body : conversation(prompt)),
    }
    return withExtraArgs(body, config.extraArgs)
  },
  readEvent: (event) => readEvent(object(event)),
  readAnswer: (answer) => readAnswer(object(answer)),
  inputOf: ({ system, messages }) => ({
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...objects(messages).map(({ role, content }) => ({ role: words(role), content })),
    ],
  }),
}

/** System messages stand outside of the conversation here. */
function conversation(prompt: Input): Json {
  const all = messagesOf(prompt, NAME)
  const system = all.filter(({ role }) => role === 'system').flatMap(({ content }) => blocksOf(content))
  const messages = inOneTurn(all.filter(({ role }) => role !== 'system').map(messageOf))
  const onlyText = system.length === 1 ? system[0]!['text'] : undefined
  return { ...(system.length === 0 ? {} : { system: onlyText ?? system }), messages }
}

/** The results of all calls, and what the user says next, are one message: no two of a user may follow each other. */
function inOneTurn(messages: readonly Json[]): Json[] {
  const turns: Json[] = []
  for (const message of messages) {
    const last = turns.at(-1)
    const isAfterResult = objects(last?.['content'])[0]?.['type'] === 'tool_result'
    if (isAfterResult && message['role'] === 'user')
      turns[turns.length - 1] = { ...last, content: [...objects(last?.['content']), ...blocksOf(message['content'])] }
    else turns.push(message)
  }
  return turns
}

function messageOf(message: Message): Json {
  const { role, content } = message
  if (role === 'tool') {
    const { tool_call_id: id } = message as { tool_call_id?: unknown }
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: String(id ?? ''), content }] }
  }
  const calls = toolCallsOf(message).map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: parsed(call.arguments),
  }))
  if (typeof content === 'string' && calls.length === 0) return { role, content }
  return { role, content: [...blocksOf(content), ...calls] }
}

function blocksOf(content: unknown): Json[] {
  return partsOf(content).map((part) => {
    if (part.kind === 'text') return { type: 'text', text: part.text }
    if (part.kind === 'other') return object(part.part)
    const inline = dataUrl(part.url)
    return {
      type: 'image',
      source:
        inline === undefined
          ? { type: 'url', url: part.url }
          : { type: 'base64', media_type: inline.mediaType, data: inline.data },
    }
  })
}

/** Arguments that are not JSON are the model's own mistake, which a history may well hold. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { arguments: text }
  }
}

function readEvent(event: Json): Reading {
  switch (event['type']) {
    // The role, before any token: what a role-only chunk is to chat.
    case 'message_start': {
      const message = object(event['message'])
      return { isPackage: true, ...idOf(message), ...readUsage(message['usage']) }
    }
    case 'content_block_start': {
      const block = object(event['content_block'])
      const type = words(block['type'])
      if (type === 'redacted_thinking') return { thinking: 'hidden' }
      if (type === 'thinking') return { thinking: 'begun' }
      const name = isCall(block) ? words(block['name']) : ''
      if (name === '') return {}
      // What the server runs by itself is no call for the user's side to answer.
      const call: CallPiece = { ...indexOf(event), id: words(block['id']), name }
      return { isPackage: true, text: name, called: name, ...(type === 'tool_use' ? { toolCalls: [call] } : {}) }
    }
    case 'content_block_delta':
      return readDelta(event)
    case 'message_delta': {
      const reason = words(object(event['delta'])['stop_reason'])
      return { isPackage: true, ...(reason === '' ? {} : { finishReason: reason }), ...readUsage(event['usage']) }
    }
    case 'message_stop':
      return { ends: true }
    default:
      return {}
  }
}

/** `tool_use`, `server_tool_use`, `mcp_tool_use`: the model generated the name of what it calls. */
function isCall(block: Json): boolean {
  return words(block['type']).endsWith('tool_use')
}

const TEXT_OF: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
])

function readDelta(event: Json): Reading {
  const delta = object(event['delta'])
  const field = TEXT_OF.get(words(delta['type']))
  // A signature or a citation is no generated text.
  if (field === undefined) return { isPackage: true }
  const text = delta[field]
  if (typeof text !== 'string')
    return { malformed: `content_block_delta without a text in "delta.${field}": ${JSON.stringify(event)}` }
  if (text === '') return { isPackage: true }
  if (field === 'partial_json')
    return { isPackage: true, text, called: text, toolCalls: [{ ...indexOf(event), arguments: text }] }
  // What newer models think comes as a summary, and nothing in the stream says which it is.
  return { isPackage: true, text, ...(field === 'thinking' ? { reasoning: text, isSummary: 'perhaps' } : {}) }
}

function readAnswer(answer: Json): Reading {
  if (!Array.isArray(answer['content'])) return { missing: 'the answer has no content' }
  const blocks = objects(answer['content'])
  const reasoning = blocks.map(({ thinking }) => words(thinking)).join('')
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(callOf)
  const called = calledText(blocks.filter(isCall).map(callOf))
  const text = `${reasoning}${blocks.map((block) => words(block['text'])).join('')}${called}`
  const reason = words(answer['stop_reason'])
  return {
    isPackage: true,
    ...idOf(answer),
    ...(text === '' ? {} : { text }),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { called, toolCalls: calls }),
    ...(reason === '' ? {} : { finishReason: reason }),
    ...readUsage(answer['usage']),
  }
}

function callOf({ id, name, input }: Json, index: number): CallPiece {
  return { index, id: words(id), name: words(name), arguments: JSON.stringify(input ?? {}) }
}

function indexOf({ index }: Json): Pick<CallPiece, 'index'> {
  return typeof index === 'number' ? { index } : {}
}

/** `input_tokens` leaves out what was read from or written to the cache; here all input counts. */
function readUsage(value: unknown): Pick<Reading, 'usage'> {
  const usage = object(value)
  const cached = count(usage['cache_read_input_tokens'])
  const fresh = usage['input_tokens'] === undefined || usage['input_tokens'] === null ? 0 : count(usage['input_tokens'])
  const input = (fresh ?? Number.NaN) + (cached ?? 0) + (count(usage['cache_creation_input_tokens']) ?? 0)
  return usageOf({
    // A final event that repeats only the output says 0, or nothing, of the input.
    inputTokens: input > 0 ? input : undefined,
    outputTokens: count(usage['output_tokens']),
    cachedTokens: input > 0 ? cached : undefined,
    reasoningTokens: count(object(usage['output_tokens_details'])['thinking_tokens']),
  })
}

function idOf({ id }: Json): Pick<Reading, 'id'> {
  return typeof id === 'string' ? { id } : {}
}
