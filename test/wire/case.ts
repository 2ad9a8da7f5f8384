/** What a case file holds: an answer of a server with exact times, and what perfgate must say of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const write = z.strictObject({
  /** After the write before it; the first after the head. */
  afterMs: z.number().default(0),
  text: z.string().optional(),
  base64: z.string().optional(),
})

const answer = z.strictObject({
  status: z.number().default(200),
  /** Beside those of framing and encoding, or in their place; null leaves one out. */
  headers: z.record(z.string(), z.string().nullable()).default({}),
  /** The writes are encoded as one body, each flushed. */
  encoding: z.enum(['none', 'gzip', 'deflate', 'deflate-raw', 'br', 'zstd']).default('none'),
  framing: z.enum(['chunked', 'length', 'close']).default('chunked'),
  headAfterMs: z.number().default(0),
  writes: z.array(write).default([]),
  /** The body ends; the connection is closed without its end, or reset; or nothing more comes. */
  end: z.enum(['end', 'close', 'reset', 'open']).default('end'),
  endAfterMs: z.number().default(0),
})

const metric = z.enum(['ttft', 'tpot', 'itl'])
const ofRequest = {
  success: z.boolean().optional(),
  causes: z.array(z.string()).optional(),
  failureMatches: z.string().optional(),
  text: z.string().nullable().optional(),
  finishReason: z.string().nullable().optional(),
  inputTokens: z.number().nullable().optional(),
  outputTokens: z.number().nullable().optional(),
  reasoningTokens: z.number().nullable().optional(),
  cachedTokens: z.number().nullable().optional(),
  tokensEstimated: z.boolean().optional(),
  ttftMs: z.number().optional(),
  latencyMs: z.number().optional(),
  tpotMs: z.number().optional(),
  itlMs: z.array(z.number()).optional(),
  absent: z.array(metric).optional(),
  toleranceMs: z.number().optional(),
}
const requestExpectation = z.strictObject(ofRequest)
const oneOf = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)])
const flatExpectation = z.strictObject({
  ...ofRequest,
  exitCode: oneOf(z.number()).optional(),
  verdict: oneOf(z.string()).optional(),
  noteMatches: z.string().optional(),
  requestBodyHas: z.record(z.string(), z.unknown()).optional(),
  requestBodyLacks: z.array(z.string()).optional(),
  requestPath: z.string().optional(),
  distinctBodies: z.boolean().optional(),
  requestsSent: z.number().optional(),
  /** Taken in turn, where answers differ. */
  requests: z.array(requestExpectation).optional(),
})
/** With `anyOf`, one of the expectations in it must hold as well. */
const expectation = flatExpectation.extend({ anyOf: z.array(flatExpectation).optional() })

const wireCase = z
  .strictObject({
    name: z.string(),
    why: z.string(),
    kind: z.string(),
    source: z.string(),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
    /** Two at least: what is learned from the first answer must not change how the second is read. */
    requests: z.number().min(2).default(2),
    parallel: z.number().default(1),
    prompt: z.string().nullable().default('Say hello'),
    /** What follows the port in the URL. */
    path: z.string().default(''),
    connectionTest: z.boolean().default(false),
    timeoutSeconds: z.number().default(60),
    answer: answer.optional(),
    answers: z.array(answer).optional(),
    expect: expectation,
  })
  .refine(
    (one) => (one.answer === undefined) !== (one.answers === undefined),
    'one of "answer" and "answers" is wanted',
  )

export type WireCase = z.infer<typeof wireCase>
export type WireAnswer = z.infer<typeof answer>
export type Expectation = z.infer<typeof expectation>
export type FlatExpectation = z.infer<typeof flatExpectation>
export type RequestExpectation = z.infer<typeof requestExpectation>

/** Keys of an expectation that are about single requests. */
export const REQUEST_KEYS: readonly string[] = Object.keys(ofRequest).filter((key) => key !== 'toleranceMs')

/** @throws when a case has a key that nobody reads: an expectation that is spelled wrong would always hold */
export function readCases(): WireCase[] {
  const folder = new URL('cases/', import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const parsed = wireCase.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
      if (`${parsed.name}.json` !== file) throw new Error(`${file}: "name" is not the name of the file`)
      return parsed
    })
}

export function answersOf({ answer: one, answers }: WireCase): readonly WireAnswer[] {
  return answers ?? [one!]
}
