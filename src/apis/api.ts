/** What an API is: how a request is built and how its answer is read. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'

/** Token counts the server itself reported. */
export interface Usage {
  inputTokens?: number
  outputTokens?: number
  cachedTokens?: number
  reasoningTokens?: number
}

/** What one event of a stream, or a whole non-stream answer, says. Absent fields: it does not say. */
export interface Reading {
  /** The event has a `choices` entry (or the API's equivalent): it counts as a package. */
  isPackage?: boolean
  /** Generated text in the event, whatever its kind; non-empty means the event carries output. */
  text?: string
  /** Output that is not text (a tool call, an embedding): counts as output too. */
  hasOutput?: boolean
  /** The answer is complete. */
  finishReason?: string
  usage?: Usage
  /** The server reported an error in a 200 answer. */
  error?: string
  /** The server's own id of the answer. */
  id?: string
}

export interface Api {
  readonly name: string
  readonly description: string
  /** Path appended to a base URL when `--url` does not already end in one of `paths`. */
  readonly paths: readonly string[]
  /**
   * Top-level values of a stream event that `readEvent` does not look at, or only as `Reading.id` (those named `id`),
   * and that differ from answer to answer: events that are otherwise the same need not be parsed again.
   */
  readonly unread?: readonly string[]
  /** Builds a request body for a prompt. `path` is the path of the resolved URL. */
  buildRequest(prompt: Prompt, config: ResolvedConfig, path: string): Record<string, unknown>
  /** Reads the parsed JSON of one stream event. Must not keep state: the same event always reads the same. */
  readEvent(event: unknown, eventType: string): Reading
  /** Reads a whole non-stream answer. */
  readAnswer(answer: unknown): Reading
}
