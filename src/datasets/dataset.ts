/** What a dataset is: a name and a stream of prompts. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Item } from './item.ts'

export type Role = 'system' | 'user' | 'assistant' | 'tool'
export interface Message {
  role: Role
  content: unknown
}

/** One request's input: plain text, a chat history, or a whole request body taken as it is. */
export type Prompt =
  | { text: string }
  | { messages: Message[] }
  | { body: Record<string, unknown> }
  /** Texts to embed in one request. */
  | { inputs: string[] }
  /** Documents to be ranked by how well they answer the query. */
  | { rerank: { query: string; documents: string[] } }

export interface DatasetOptions {
  /** The file named by `--dataset-path`, if any. */
  path: string | undefined
  /** The whole scenario, for datasets that read more of it than the path. */
  config?: ResolvedConfig
  /** No more items than this will be asked for. */
  limit?: number
}

export interface Dataset {
  readonly name: string
  /** One line for help and docs. */
  readonly description: string
  /**
   * Streams the prompts, never holding the whole file.
   * @throws ConfigError naming the file, the line and the field that is wrong
   */
  read(options: DatasetOptions): AsyncIterable<Item>
}
