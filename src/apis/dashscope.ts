/** Alibaba Cloud's DashScope in its own form: `input.messages`, `parameters`, and events that carry `output`. */
import { ConfigError } from '../config/errors.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Message } from '../datasets/dataset.ts'
import type { Api, ChoiceReading, Reading } from './api.ts'
import { bearer } from './bearer.ts'
import { withExtraArgs } from './body.ts'
import { readMessage } from './openaiAnswer.ts'
import { partsOf } from './parts.ts'
import { messagesOf } from './prompt.ts'
import { count, type Json, object, objects, usageOf, words } from './reading.ts'
import { refuseOptions } from './unsupported.ts'

const NAME = 'dashscope'
const MULTIMODAL = '/api/v1/services/aigc/multimodal-generation/generation'

export const dashscope: Api = {
  name: NAME,
  description: 'DashScope text-generation, or multimodal-generation when the URL ends in it',
  paths: ['/api/v1/services/aigc/text-generation/generation', MULTIMODAL],
  eventTypes: /^(result|error)$/,
  keyVariable: 'DASHSCOPE_API_KEY',
  defaultFields: { max_tokens: 'maxTokens', temperature: 'temperature' },
  check(config) {
    refuseOptions(config, NAME, ['maxCompletionTokens', 'minTokens', 'stopTokenIds', 'frequencyPenalty'])
    if (config.stream && (object(config.extraArgs['parameters'])['incremental_output'] ?? true) !== true)
      throw new ConfigError(
        'option "extraArgs": dashscope must stream with parameters.incremental_output true, or every event would repeat the whole text',
        'extraArgs',
      )
  },
  headers: (config) => ({ ...bearer(config), ...(config.stream ? { 'x-dashscope-sse': 'enable' } : {}) }),
  buildRequest(prompt, config, path) {
    const given: Json =
      'body' in prompt
        ? prompt.body
        : { input: { messages: messagesOf(prompt, NAME).map(path.includes(MULTIMODAL) ? multimodal : asItIs) } }
    const parameters = { ...parametersOf(config), ...object(given['parameters']) }
    return withExtraArgs({ model: config.model, ...given, parameters }, config.extraArgs)
  },
  readEvent: (event) => read(object(event)),
  readAnswer: (answer) => read(object(answer)),
  inputOf: ({ input }) => ({
    messages: objects(object(input)['messages']).map(({ role, content }) => ({ role: words(role), content })),
    texts: [words(object(input)['prompt'])],
  }),
}

function parametersOf(config: ResolvedConfig): Json {
  return {
    result_format: 'message',
    max_tokens: config.maxTokens ?? undefined,
    temperature: config.temperature ?? undefined,
    top_p: config.topP,
    top_k: config.topK,
    seed: config.seed,
    stop: config.stop,
    n: config.nChoices,
    repetition_penalty: config.repetitionPenalty,
    logprobs: config.logprobs,
    ...(config.stream ? { incremental_output: true } : {}),
  }
}

/** A message that only calls tools has no content in OpenAI's form; here it must be a text. */
function asItIs(message: Message): unknown {
  return { ...message, content: message.content ?? '' }
}

function multimodal(message: Message): unknown {
  const content = partsOf(message.content).map((part) => {
    if (part.kind === 'text') return { text: part.text }
    return part.kind === 'image' ? { image: part.url } : part.part
  })
  return { ...message, content }
}

/** Streamed and whole answers have the same form. */
function read(answer: Json): Reading {
  const { code, message, request_id: id } = answer
  const reading: Reading = { ...(typeof id === 'string' ? { id } : {}), ...readUsage(answer['usage']) }
  if (code !== undefined && code !== null && code !== '') reading.error = JSON.stringify({ code, message })
  const output = object(answer['output'])
  const choices = objects(output['choices'])
  if (choices.length > 0) {
    const [first, ...more] = choices.map(readChoice)
    return { ...reading, isPackage: true, ...first, ...(more.length === 0 ? {} : { more }) }
  }
  // `result_format: 'text'`
  if (typeof output['text'] === 'string')
    return { ...reading, isPackage: true, ...readChoice({ ...output, message: { content: output['text'] } }) }
  return { ...reading, missing: 'the answer has no output.choices' }
}

function readChoice({ index, message, finish_reason: reason }: Json): ChoiceReading {
  const reading: ChoiceReading = {}
  readMessage(object(message), reading)
  if (typeof index === 'number' && index > 0) reading.choice = index
  // Until the end it is the word "null".
  if (typeof reason === 'string' && reason !== '' && reason !== 'null') reading.finishReason = reason
  return reading
}

function readUsage(value: unknown): Pick<Reading, 'usage'> {
  const usage = object(value)
  return usageOf({
    inputTokens: count(usage['input_tokens']),
    outputTokens: count(usage['output_tokens']),
    cachedTokens:
      count(object(usage['prompt_tokens_details'])['cached_tokens']) ??
      count(object(usage['input_tokens_details'])['cached_tokens']),
    reasoningTokens: count(object(usage['output_tokens_details'])['reasoning_tokens']),
  })
}
