/** The lengths of prompts from files: which are left out, which are cut, and what they are filled up with. */
import { z } from 'zod'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { cutToTokens, type Tokenizer, textCutter } from '../tokens/index.ts'
import type { Message, Prompt, PromptExtras } from './dataset.ts'
import { readTextFile } from './options.ts'

/** `--dataset-args` of datasets of real texts. */
export const textArgs = z
  .strictObject({
    target_input_len: z.number().int().min(1).optional(),
    input_len_mode: z.enum(['cap', 'drop']).default('cap'),
    prefix_file: z.string().min(1).optional(),
    prefix_role: z.enum(['system', 'user']).default('system'),
  })
  .refine(({ prefix_file: file, target_input_len: length }) => file === undefined || length !== undefined, {
    message: 'Needs target_input_len, which says how much of prefix_file is taken',
    path: ['prefix_file'],
  })
  .refine(({ prefix_file: file, input_len_mode: mode }) => file === undefined || mode !== 'drop', {
    message: 'Cannot be "drop" with prefix_file: what is long enough already leaves no room for it',
    path: ['input_len_mode'],
  })

export type TextArgs = z.output<typeof textArgs>

/** A prompt of the wanted length, or undefined when it is to be left out. */
export type Shape = (prompt: Prompt) => Prompt | undefined

/**
 * The lengths that `--min-prompt-length`, `--max-prompt-length` and, where the dataset takes them, `target_input_len`
 * and its companions ask for. Lengths are tokens with a tokenizer named, characters without. A whole body is let pass.
 *
 * @param isChat prompts are sent as messages, around which the chat template puts tokens of its own
 * @throws ConfigError when a length needs a tokenizer, or the prefix file cannot be read
 */
export async function lengthShape(
  config: ResolvedConfig,
  args: Partial<TextArgs>,
  isChat: boolean,
  loadTokenizer: () => Promise<Tokenizer>,
): Promise<Shape> {
  const { target_input_len: target, prefix_file: prefixFile } = args
  if (target === undefined) {
    const { minPromptLength: low, maxPromptLength: high, tokenizerPath } = config
    const tokenizer = tokenizerPath === undefined ? undefined : await loadTokenizer()
    return (prompt) => {
      const length = lengthOf(prompt, tokenizer, isChat)
      return length === undefined || (length >= low && length <= high) ? prompt : undefined
    }
  }
  if (config.tokenizerPath === undefined)
    throw new ConfigError(
      'option "datasetArgs": target_input_len counts tokens; name the tokenizer with tokenizerPath',
      'datasetArgs',
    )
  const tokenizer = await loadTokenizer()
  if (prefixFile === undefined) return (prompt) => fit(prompt, target, args.input_len_mode ?? 'cap', tokenizer)
  const filler = fillerOf(readTextFile(prefixFile, 'datasetArgs'), tokenizer)
  const asSystem = args.prefix_role !== 'user' && isChat
  return (prompt) => prefixed(prompt, target, filler, tokenizer, asSystem)
}

/** The length of a text as `--min-prompt-length` means it. */
export function textLength(text: string, tokenizer: Tokenizer | undefined): number {
  return tokenizer === undefined ? text.length : tokenizer.count(text)
}

/** Of a conversation its last message counts, as the one that datasets of conversations are filtered by. */
function lengthOf(prompt: Prompt, tokenizer: Tokenizer | undefined, isChat: boolean): number | undefined {
  const text = lastText(prompt)
  if (text === undefined) return undefined
  if (tokenizer?.renderChat === undefined || !isChat) return textLength(text, tokenizer)
  return tokenizer.countMessages([{ role: 'user', content: text }])
}

/** The last message's text is cut to the target; in mode `drop`, what is shorter is left out. */
function fit(prompt: Prompt, target: number, mode: 'cap' | 'drop', tokenizer: Tokenizer): Prompt | undefined {
  const text = lastText(prompt)
  if (text === undefined) return refuseBody()
  const cut = cutToTokens(tokenizer, text, target)
  if (mode === 'drop' && tokenizer.count(cut) !== target) return undefined
  return withLastText(prompt, cut)
}

/** The whole conversation counts; a longer one is left out, for cutting it would make it another; a text is cut. */
function prefixed(
  prompt: Prompt,
  target: number,
  filler: (tokens: number) => string,
  tokenizer: Tokenizer,
  asSystem: boolean,
): Prompt | undefined {
  if ('body' in prompt) return refuseBody()
  const given = messagesOf('text' in prompt ? { text: cutToTokens(tokenizer, prompt.text, target) } : prompt)
  const room = target - given.reduce((sum, { content }) => sum + tokenizer.count(String(content)), 0)
  if (room < 0) return undefined
  const prefix = filler(room)
  if (prefix === '') return { ...prompt, ...backTo(prompt, given) }
  if (asSystem) return { ...extrasOf(prompt), messages: [{ role: 'system', content: prefix }, ...given] }
  const [first, ...rest] = given
  return { ...prompt, ...backTo(prompt, [{ ...first!, content: prefix + String(first!.content) }, ...rest]) }
}

function messagesOf(prompt: { text: string } | { messages: Message[] }): Message[] {
  return 'messages' in prompt ? prompt.messages : [{ role: 'user', content: prompt.text }]
}

function backTo(prompt: Prompt, messages: Message[]): { text: string } | { messages: Message[] } {
  return 'text' in prompt ? { text: String(messages[0]!.content) } : { messages }
}

function extrasOf(prompt: Prompt): PromptExtras {
  const { text: _, messages: __, ...rest } = prompt as { text?: string; messages?: Message[] } & PromptExtras
  return rest
}

/** Texts of so many tokens from the beginning of a long one, which is repeated where it is too short. */
function fillerOf(text: string, tokenizer: Tokenizer): (tokens: number) => string {
  if (text.trim() === '') throw new ConfigError('option "datasetArgs": prefix_file is empty', 'datasetArgs')
  const cutter = textCutter(tokenizer, text, true)
  return (tokens) => (tokens <= 0 ? '' : cutter.cut(tokens))
}

function lastText(prompt: Prompt): string | undefined {
  if ('text' in prompt) return prompt.text
  if (!('messages' in prompt)) return undefined
  const content = prompt.messages.at(-1)?.content
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.flatMap((part: { text?: unknown } | null) =>
    typeof part?.text === 'string' ? [part.text] : [],
  )
  return texts.join('\n')
}

function withLastText(prompt: Prompt, text: string): Prompt {
  if ('text' in prompt) return { ...prompt, text }
  if (!('messages' in prompt)) return prompt
  const last = prompt.messages.at(-1)!
  return { ...prompt, messages: [...prompt.messages.slice(0, -1), { ...last, content: text }] }
}

function refuseBody(): never {
  throw new ConfigError(
    'option "datasetArgs": target_input_len cannot be had of whole request bodies; leave it out, or give texts',
    'datasetArgs',
  )
}
