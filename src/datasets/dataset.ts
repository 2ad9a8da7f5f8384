/** What a dataset is: a name and a stream of prompts or conversations. */
import type { z } from 'zod'
import type { ResolvedConfig } from '../config/index.ts'
import type { Tokenizer } from '../tokens/index.ts'

export type Role = 'system' | 'user' | 'assistant' | 'tool'
export interface Message {
  role: Role
  /** A text, or OpenAI's content parts: `{ type: 'text', text }`, `{ type: 'image_url', image_url: { url } }`. */
  content: unknown
}

/** What a prompt may say beside its text, for the APIs that have a use for it. */
export interface PromptExtras {
  /** Texts to embed; an API without embeddings sends `text`, which joins them. */
  inputs?: string[]
  /** A query and the documents to rank; an API without ranking sends `text`, which joins them. */
  rerank?: { query: string; documents: string[] }
  /** The prompt as token ids, sent as they are to `/v1/completions`. */
  tokenIds?: number[]
  /** Output tokens asked for by this prompt; wins over the option `maxTokens`. */
  maxTokens?: number
}

/** One request's input: plain text, a chat history, or a whole request body taken as it is. */
export type Prompt = ({ text: string } | { messages: Message[] } | { body: Record<string, unknown> }) & PromptExtras

export interface DatasetOptions<Args = unknown> {
  /** The file or folder named by `--dataset-path`, if any. */
  path: string | undefined
  /** `--dataset-args` as the dataset's own schema gave it, its defaults filled in. */
  args: Args
  /** The whole scenario, for the options that shape prompts (lengths, images, seed). */
  config: ResolvedConfig
  /** How many prompts are wanted; a dataset that makes them up may go on for ever. */
  count: number
  /** The tokenizer of `--tokenizer-path`, or gpt-tokenizer's for the model. Loaded when first asked for. */
  tokenizer(): Promise<Tokenizer>
  /** Something the user should know, in one sentence. */
  notice(text: string): void
  /**
   * The prompts of another dataset, for one that is made of others.
   * @throws ConfigError when there is no such dataset, or its arguments are wrong
   */
  open(name: string, path: string | undefined, args: Record<string, unknown>): AsyncIterable<Item>
}

export interface Dataset<Args = unknown> {
  readonly name: string
  /** One line for help and docs. */
  readonly description: string
  /** What `--dataset-args` may hold; without it, nothing. */
  readonly args?: z.ZodType<Args>
  /** Keys that are arguments of the dataset in `--extra-args` too, where EvalScope has them; bodies go without. */
  readonly extraArgs?: readonly string[]
  /** True where `--min-prompt-length` and `--max-prompt-length` say what is made, rather than what is left out. */
  readonly makesLengths?: boolean
  /** True where prompts are made up, as many as are wanted, none like another. */
  readonly isMadeUp?: boolean
  /** True where texts or pictures are made up, all or some of them: `promptSalt` decides what is in them. */
  readonly hasContents?: boolean
  /**
   * Tokens with which all its prompts may begin alike. Given where everything else is made up for the run, so that a
   * server which has more of a prompt in its cache has seen it before.
   */
  sharedTokens?(options: Pick<DatasetOptions<Args>, 'args' | 'config'>): number
  /** True where prompts are texts for `/v1/completions`, which a chat template would lengthen. */
  readonly isPlainText?: boolean
  /** True where the result shows the speed for each length of prompt. */
  readonly showsSpeed?: boolean
  /**
   * Streams the prompts, never holding the whole file.
   * @throws ConfigError naming the file, the line and the field that is wrong
   */
  read(options: DatasetOptions<Args>): AsyncIterable<Item>
}

/** What a recording says of one request; absent where it says nothing. */
export interface RequestFacts {
  /** When it arrived, milliseconds; only differences count. */
  atMs?: number
  /** Headers of this request alone; they win over those of the run. */
  headers?: Record<string, string>
  /** Its name in the recording. */
  requestId?: string
  /** A prompt's `body` is all of the request: nothing is added but what decides on streaming. */
  isWhole?: boolean
}

export type TimedPrompt = Prompt & RequestFacts

/** What the user's side adds to the history before one answer. */
export interface Turn {
  /** At least one; what the model said before is no part of it. */
  messages: Message[]
  maxTokens?: number
  /** From the end of the answer before to this turn, milliseconds; wins over `thinkTime`. */
  waitMs?: number
}

export interface Conversation {
  /** At least one. */
  turns: Turn[]
}

export type Item = TimedPrompt | Conversation

export function isConversation(item: Item): item is Conversation {
  return 'turns' in item
}
