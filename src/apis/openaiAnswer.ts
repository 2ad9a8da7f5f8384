/** Reads events and whole answers of chat completions and completions, in the forms that servers really send. */
import type { CallPiece, ChoiceReading, Reading, Usage } from './api.ts'
import { calledText, callPieces } from './parts.ts'
import { count, object, objects, words } from './reading.ts'

/** Streamed and whole answers differ in the name of a choice's content only: `delta`, or `message`. */
export function readOpenaiAnswer(value: unknown): Reading {
  if (typeof value !== 'object' || value === null) return {}
  const event = value as { id?: unknown; choices?: unknown; usage?: unknown; x_groq?: unknown }
  const reading: Reading = {}
  if (typeof event.id === 'string') reading.id = event.id
  const { choices } = event
  const usage =
    readUsage(event.usage) ??
    (event.x_groq === undefined ? undefined : readUsage(object(event.x_groq)['usage'])) ??
    usageOfChoice(choices)
  if (usage !== undefined) reading.usage = usage
  if (!Array.isArray(choices) || choices.length === 0) return reading
  reading.isPackage = true
  // Not spread anew for each: an event may have very many.
  const more: ChoiceReading[] = []
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i] as Choice | null
    if (!choice) continue
    const into: ChoiceReading = i === 0 ? reading : {}
    if (readChoice(choice, into)) reading.hasOutput = true
    if (i > 0) more.push(into)
  }
  if (more.length > 0) reading.more = more
  return reading
}

interface Choice {
  index?: unknown
  delta?: MessagePart | null
  message?: MessagePart | null
  text?: unknown
  finish_reason?: unknown
  usage?: unknown
}

/** A message, or the piece of one that a delta brings. */
export interface MessagePart {
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
  thinking?: unknown
  reasoning_details?: unknown
  reasoning_text?: unknown
  thought?: unknown
  text?: unknown
  refusal?: unknown
  tool_calls?: unknown
  function_call?: unknown
  audio?: unknown
  images?: unknown
}

/** @returns whether it brings output that need not have a text: the call of a tool, sound, a picture */
function readChoice(choice: Choice, into: ChoiceReading): boolean {
  if (typeof choice.index === 'number' && choice.index > 0) into.choice = choice.index
  if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') into.finishReason = choice.finish_reason
  return readMessage(choice.delta ?? choice.message ?? {}, into, words(choice.text))
}

/**
 * Reads what a message says into `into`: reasoning, text, refusal, calls of tools, the transcript of sound.
 *
 * @param after text that stands beside the message
 * @returns whether it brings output that need not have a text
 */
export function readMessage(part: MessagePart, into: ChoiceReading, after = ''): boolean {
  // What nearly every event has. The rest is looked for only where there is something to look at.
  let said = typeof part.content === 'string' ? part.content : ''
  let reasoning = words(part.reasoning_content) || words(part.reasoning) || words(part.thinking)
  if (typeof part.content === 'object' && part.content !== null) {
    const pieces = readPieces(part.content, into)
    reasoning += pieces.reasoning
    said += pieces.said
  }
  if (reasoning === '' && part.reasoning_details !== undefined) reasoning = readDetails(part.reasoning_details, into)
  if (part.refusal !== undefined) said += words(part.refusal)
  const isCall = Array.isArray(part.tool_calls) ? part.tool_calls.length > 0 : Boolean(part.function_call)
  const calls = isCall ? callsIn(part) : []
  const called = calledText(calls)
  const audio = part.audio === undefined ? undefined : object(part.audio)
  if (audio !== undefined) said += words(audio['transcript'])
  // Most events without any of that have no output at all.
  if (reasoning === '' && said === '' && after === '' && called === '') {
    reasoning = rareReasoning(part)
    said = words(part.text)
  }
  const text = reasoning + said + after + called
  if (text !== '') into.text = text
  if (reasoning !== '') into.reasoning = reasoning
  if (called !== '') into.called = called
  if (calls.length > 0) into.toolCalls = calls
  return isCall || words(audio?.['data']) !== '' || (Array.isArray(part.images) && part.images.length > 0)
}

/** Names that single servers have for what a model thinks. */
function rareReasoning({ reasoning_text: text, thought, reasoning }: MessagePart): string {
  const nested = object(reasoning)
  return words(text) || words(thought) || words(nested['content']) || words(nested['text'])
}

/** Content as a list of parts: `text`, or `thinking`, whose own content may again be a list. */
function readPieces(content: unknown, into: ChoiceReading): { reasoning: string; said: string } {
  let reasoning = ''
  let said = ''
  for (const piece of Array.isArray(content) ? content : [content]) {
    if (typeof piece === 'string') said += piece
    const { type, text, thinking, refusal } = object(piece)
    if (type === 'redacted_thinking') into.thinking = 'hidden'
    if (typeof thinking === 'string') reasoning += thinking
    else if (thinking !== undefined) reasoning += readPieces(thinking, into).said
    else if (type === 'reasoning' || type === 'thinking') reasoning += words(text)
    else said += words(text) + words(refusal)
  }
  return { reasoning, said }
}

/** OpenRouter's list of what a model thought: its text, a summary of it, or neither. */
function readDetails(details: unknown, into: ChoiceReading): string {
  let reasoning = ''
  for (const { text, summary, data } of objects(details)) {
    if (words(text) !== '') reasoning += words(text)
    else if (words(summary) !== '') {
      reasoning += words(summary)
      into.isSummary = true
    } else if (words(data) !== '') into.thinking = 'hidden'
  }
  return reasoning
}

/** What it says of the tools that are called; older servers have one `function_call`, without an id. */
function callsIn({ tool_calls: calls, function_call: call }: MessagePart): CallPiece[] {
  return Array.isArray(calls) ? callPieces(calls) : callPieces([{ index: 0, function: call }])
}

function usageOfChoice(choices: unknown): Usage | undefined {
  if (!Array.isArray(choices)) return undefined
  for (const choice of choices as (Choice | null)[])
    if (choice?.usage !== undefined && choice.usage !== null) return readUsage(choice.usage)
  return undefined
}

interface WireUsage {
  prompt_tokens?: unknown
  completion_tokens?: unknown
  total_tokens?: unknown
  prompt_tokens_details?: { cached_tokens?: unknown } | null
  completion_tokens_details?: { reasoning_tokens?: unknown } | null
  /** DeepSeek */
  prompt_cache_hit_tokens?: unknown
  /** Moonshot */
  cached_tokens?: unknown
  reasoning_tokens?: unknown
}

function readUsage(value: unknown): Usage | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const wire = value as WireUsage
  const usage: Usage = {}
  const input = count(wire.prompt_tokens)
  if (input !== undefined) usage.inputTokens = input
  const cached =
    count(wire.prompt_tokens_details?.cached_tokens) ?? count(wire.prompt_cache_hit_tokens) ?? count(wire.cached_tokens)
  if (cached !== undefined) usage.cachedTokens = cached
  const reasoning = count(wire.completion_tokens_details?.reasoning_tokens) ?? count(wire.reasoning_tokens)
  if (reasoning !== undefined) usage.reasoningTokens = reasoning
  const output = count(wire.completion_tokens)
  if (output === undefined) return usage
  usage.outputTokens = output
  // xAI counts the reasoning beside the completion: the total tells.
  const isBeside = reasoning !== undefined && reasoning > 0 && wire.total_tokens === (input ?? 0) + output + reasoning
  if (isBeside) usage.outputTokens += reasoning
  return usage
}
