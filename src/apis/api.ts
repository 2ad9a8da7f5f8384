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

/** A call of a tool, or a piece of one: what the event or answer says of it. */
export interface CallPiece {
  /** Which call of the answer it belongs to. Absent: the latest, or a new one where it has a name. */
  index?: number
  id?: string
  name?: string
  /** JSON text; the texts of all pieces follow one another. */
  arguments?: string
}

/** What an event says of one of several choices (`n` above 1); most APIs have only choice 0. */
export interface ChoiceReading {
  /** Which choice; 0 where absent. */
  choice?: number
  /** Generated text, whatever its kind; non-empty means the event carries output. */
  text?: string
  /** The beginning of `text` that is the model's reasoning: it does not join the history of a conversation. */
  reasoning?: string
  /** `reasoning` is, or may be, a summary: its tokens are then not those that the server counts. */
  isSummary?: boolean | 'perhaps'
  /** The model reasons: `hidden` where what it thinks is not shown, `begun` where it may follow in later events. */
  thinking?: 'hidden' | 'begun'
  /** The end of `text` that calls tools: it does not join the history as text. */
  called?: string
  /** Calls of tools that the user's side must answer: they join the history of a conversation. */
  toolCalls?: CallPiece[]
  /** This choice is complete. */
  finishReason?: string
}

/** What one event of a stream, or a whole non-stream answer, says. Absent fields: it does not say. */
export interface Reading extends ChoiceReading {
  /** The event has a `choices` entry (or the API's equivalent): it counts as a package. */
  isPackage?: boolean
  /** Further choices in the same event. */
  more?: ChoiceReading[]
  /** Output that is not text (a tool call): counts as output too. */
  hasOutput?: boolean
  usage?: Usage
  /** The answer is over with this event: what comes later counts for nothing. */
  ends?: boolean
  /**
   * The server reported an error in a form of this API's own. Errors in places where any server may put them are found
   * for all APIs alike (`readServerError`).
   */
  error?: string
  /** What is wrong with the form of the event or answer; the request fails as `bad-json` with these words. */
  malformed?: string
  /** What a whole answer lacks where it is no package; the request fails as `no-output` with these words. */
  missing?: string
  /** The server's own id of the answer. */
  id?: string
  /** Vectors or scores in a whole answer: fewer than the request asked for (`answersOf`) are a failure, `no-output`. */
  items?: number
}

/** What of a request body counts as input: messages with the overhead of their form, texts, or token ids. */
export interface CountedInput {
  messages?: { role: string; content?: unknown }[]
  texts?: string[]
  tokens?: number
}

/** Options with a default that goes into each body, and that can be left out. */
export type DefaultOption = 'maxTokens' | 'temperature' | 'streamUsage'

export interface Api {
  readonly name: string
  /** Other names for it, for instance EvalScope's short ones. */
  readonly aliases?: readonly string[]
  readonly description: string
  /**
   * Path appended to a base URL when `--url` does not already end in one of `paths`, without its version. None: every
   * URL is a full endpoint.
   */
  readonly paths: readonly string[]
  /**
   * Top-level values of a stream event that `readEvent` does not look at, or only as `Reading.id` (those named `id`),
   * and that differ from answer to answer: events that are otherwise the same need not be parsed again.
   */
  readonly unread?: readonly string[]
  /** Those of `unread` that differ even from event to event of one answer. */
  readonly varying?: readonly string[]
  /** False: an answer comes in one piece, whatever `stream` says. */
  readonly streams?: boolean
  /** False: the answer is no generated text (vectors, scores), so there are no output tokens and no first one. */
  readonly generates?: boolean
  /** Types of named events whose data must be JSON; events of other names may carry anything, and say nothing. */
  readonly eventTypes?: RegExp
  /** False: events that differ only in their text may mean different things, so each is read in full. */
  readonly uniform?: boolean
  /**
   * Fields of a body, of whatever depth, that are there by default, and the options that decide on them: a server that
   * does not know one is sent requests without it.
   */
  readonly defaultFields?: Readonly<Record<string, DefaultOption>>
  /** Environment variable that holds the key where neither `apiKey` nor PERFGATE_API_KEY does. Default OPENAI_API_KEY. */
  readonly keyVariable?: string
  /** @throws ConfigError for an option that this API cannot honour */
  check?(config: ResolvedConfig): void
  /** Headers beside content type and accept, in lower case. Absent: `authorization: Bearer <apiKey>`. */
  headers?(config: ResolvedConfig): Record<string, string>
  /**
   * Builds a request body for a prompt. `path` is the path of the resolved URL.
   * @throws ConfigError for a prompt of a kind that this API does not take
   */
  buildRequest(prompt: Prompt, config: ResolvedConfig, path: string): Record<string, unknown>
  /** Reads the parsed JSON of one stream event. Must not keep state: the same event always reads the same. */
  readEvent(event: unknown, eventType: string): Reading
  /** Reads a whole non-stream answer. */
  readAnswer(answer: unknown): Reading
  /** What is counted where the server reports no usage. Absent: `messages`, or else `prompt`. */
  inputOf?(body: Record<string, unknown>): CountedInput
  /** Texts embedded, or documents ranked, by one request. */
  itemsOf?(body: Record<string, unknown>): number
  /** Vectors or scores that the answer to a request must have at least. Absent: as many as `itemsOf` says. */
  answersOf?(body: Record<string, unknown>): number
}
