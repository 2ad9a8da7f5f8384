/** Recorded traffic: whole request bodies with the times they came at, to be sent again as they were. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset, TimedPrompt } from './dataset.ts'
import { kindOf, type Row, wholeNumber, wrongField } from './row.ts'
import { readJsonl } from './rows.ts'

const NAME = 'workload_trace'
const FIELDS = ['body', 'timestamp', 'headers', 'request_id', 'completion_tokens']

const args = z.strictObject({
  /** 2 replays in half the time. */
  speed: z.number().positive().default(1),
  /** The model of every request whose own is not mapped. */
  model_override: z.string().min(1).optional(),
  model_mapping: z.record(z.string(), z.string().min(1)).optional(),
  /** Answers are as long as those recorded, where the server heeds `ignore_eos`. */
  match_output_length: z.boolean().default(false),
})
type Args = z.output<typeof args>

export const workloadTrace: Dataset<Args> = {
  name: NAME,
  description:
    'recorded traffic, replayed with --open-loop: JSONL lines {"body": {…}, "timestamp": seconds or ISO 8601, "headers"?, "request_id"?, "completion_tokens"?}',
  args,
  makesLengths: true,
  async *read({ path, args, notice }) {
    if (path === undefined)
      throw new ConfigError(
        `option "datasetPath": dataset ${NAME} needs a trace: JSONL lines {"body": {…}, "timestamp": 0.5}; name the file`,
        'datasetPath',
      )
    let constrained = 0
    for await (const row of readJsonl(path, NAME)) {
      const { prompt, isConstrained } = promptOf(row, args)
      if (isConstrained) constrained++
      yield prompt
    }
    if (constrained > 0)
      notice(
        `dataset ${NAME}: ${constrained} requests ask for output of a fixed form, which ends by itself: they keep max_tokens but not ignore_eos`,
      )
  },
}

function promptOf(row: Row, args: Args): { prompt: TimedPrompt; isConstrained: boolean } {
  const { value, where } = row
  const unknown = Object.keys(value).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) throw wrongField(where, unknown, `is unknown; the fields are ${FIELDS.join(', ')}`)
  const body = { ...bodyOf(row) }
  rewriteModel(body, args)
  const isConstrained = matchLength(row, body, args)
  const headers = headersOf(row)
  const id = value['request_id']
  if (id !== undefined && id !== null && typeof id !== 'string')
    throw wrongField(where, 'request_id', `must be a string, got ${kindOf(id)}`)
  return {
    prompt: {
      body,
      isWhole: true,
      atMs: (secondsOf(row) * 1000) / args.speed,
      ...(headers === undefined ? {} : { headers }),
      ...(typeof id === 'string' ? { requestId: id } : {}),
    },
    isConstrained,
  }
}

/** Recorders write bodies as objects or as JSON texts. */
function bodyOf({ value, where }: Row): Record<string, unknown> {
  let { body } = value
  if (typeof body === 'string')
    try {
      body = JSON.parse(body)
    } catch (error) {
      throw wrongField(where, 'body', `is a text but not JSON: ${(error as Error).message}`)
    }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  throw wrongField(where, 'body', `must be a request body, got ${kindOf(body)}`)
}

function secondsOf({ value, where }: Row): number {
  const { timestamp } = value
  if (typeof timestamp === 'number' && Number.isFinite(timestamp)) return timestamp
  if (typeof timestamp === 'string' && timestamp.trim() !== '') {
    const number = Number(timestamp)
    if (Number.isFinite(number)) return number
    // Without a zone it is UTC, as the epoch is.
    const zoned = /(z|[+-]\d{2}:?\d{2})$/i.test(timestamp.trim()) ? timestamp : `${timestamp}Z`
    const milliseconds = Date.parse(zoned)
    if (!Number.isNaN(milliseconds)) return milliseconds / 1000
  }
  const got = typeof timestamp === 'string' ? JSON.stringify(timestamp) : kindOf(timestamp)
  throw wrongField(where, 'timestamp', `must be seconds or a time of ISO 8601, got ${got}`)
}

function headersOf({ value, where }: Row): Record<string, string> | undefined {
  const { headers } = value
  if (headers === undefined || headers === null) return undefined
  if (typeof headers !== 'object' || Array.isArray(headers))
    throw wrongField(where, 'headers', `must be an object, got ${kindOf(headers)}`)
  for (const [name, text] of Object.entries(headers)) {
    if (typeof text !== 'string') throw wrongField(where, `headers.${name}`, `must be a string, got ${kindOf(text)}`)
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[\r\n\0]/.test(text))
      throw wrongField(where, `headers.${name}`, 'is no header that HTTP allows')
  }
  return headers as Record<string, string>
}

function rewriteModel(body: Record<string, unknown>, args: Args): void {
  const { model_mapping: mapping = {}, model_override: override } = args
  const { model } = body
  if (typeof model === 'string' && Object.hasOwn(mapping, model)) body['model'] = mapping[model]
  else if (override !== undefined) body['model'] = override
}

/** @returns whether the output is of a form that ends by itself: engines crash when made to go on past its end */
function matchLength(row: Row, body: Record<string, unknown>, args: Args): boolean {
  const { completion_tokens: recorded } = row.value
  if (recorded === undefined || recorded === null) return false
  const tokens = wholeNumber(row, 'completion_tokens', 1)
  if (!args.match_output_length) return false
  body['max_completion_tokens' in body ? 'max_completion_tokens' : 'max_tokens'] = tokens
  const isConstrained = hasFixedForm(body)
  if (!isConstrained) body['ignore_eos'] = true
  return isConstrained
}

/** Fields of OpenAI, vLLM and SGLang that bind the output to a grammar. */
const GRAMMARS = [
  'guided_json',
  'guided_regex',
  'guided_choice',
  'guided_grammar',
  'structured_outputs',
  'json_schema',
  'regex',
  'ebnf',
  'structural_tag',
]

function hasFixedForm(body: Record<string, unknown>): boolean {
  const format = (body['response_format'] as { type?: unknown } | null | undefined)?.type
  if (format !== undefined && format !== 'text') return true
  const choice = body['tool_choice']
  if (body['tools'] && choice !== undefined && choice !== null && choice !== 'none' && choice !== 'auto') return true
  return GRAMMARS.some((field) => body[field] !== undefined && body[field] !== null)
}
