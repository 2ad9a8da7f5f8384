/** A Hugging Face tokenizer: `tokenizer.json`, and beside it its configuration and chat template. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { loadChatTemplate, type TemplateConfig, templateText } from './chatTemplate.ts'
import { type CountedMessage, textsOf } from './count.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Raw bytes of text that no other token covers; alone they are no text. */
const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/i

/** Files with a template of their own, the one that wins first: models that see have had theirs in JSON. */
export const TEMPLATE_FILES = ['chat_template.jinja', 'chat_template.json'] as const

/**
 * @param path `tokenizer.json`, or the folder that holds it
 * @throws ConfigError of option `tokenizerPath` when a file is missing or cannot be used
 */
export async function loadHuggingFaceTokenizer(path: string): Promise<Tokenizer> {
  const file = tokenizerFile(path)
  const folder = dirname(file)
  const config = existsSync(join(folder, 'tokenizer_config.json'))
    ? (readJson(join(folder, 'tokenizer_config.json')) as TemplateConfig)
    : {}
  const { Tokenizer: Kept } = await import('@huggingface/tokenizers')
  const kept = usable(file, () => new Kept(readJson(file), config))
  const vocabulary = kept.get_vocab()
  const special = new Set([...kept.get_added_tokens_decoder().values()].map(({ content }) => content))
  const template = templateIn(folder) ?? templateText(config)
  const render = template === undefined ? undefined : await loadChatTemplate(template, config, folder)
  const renderChat = render && texts(render)
  const encode = (text: string): number[] => kept.encode(text, { add_special_tokens: false }).ids
  const count = (text: string): number => encode(text).length
  return {
    name: file,
    count,
    countMessages: (messages) =>
      renderChat === undefined
        ? messages.flatMap(textsOf).reduce((sum, text) => sum + count(text), 0)
        : count(renderChat(messages)),
    encode,
    vocabularySize: [...vocabulary.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1,
    tokenText: (id) => {
      const token = kept.id_to_token(id)
      if (token === undefined || special.has(token) || BYTE_TOKEN.test(token)) return undefined
      return token.replace(/^[Ġ▁]/, ' ')
    },
    ...(renderChat === undefined ? {} : { renderChat }),
  }
}

/** Undefined where the folder has neither; models that see keep theirs beside their tokenizer's. */
function templateIn(folder: string): string | undefined {
  const [jinja, json] = TEMPLATE_FILES.map((name) => join(folder, name)) as [string, string]
  if (existsSync(jinja)) return readText(jinja)
  return existsSync(json) ? templateText(readJson(json)) : undefined
}

type Render = (messages: readonly CountedMessage[]) => string

const PROBE = 'perfgate'

/**
 * Renders texts as the template takes them: most take a text, those of some models that see nothing but a list of parts,
 * and leave a text out. Of a content of parts the texts count, as no text stands for a picture.
 */
function texts(render: Render): Render {
  const asParts = (message: CountedMessage): CountedMessage => ({
    ...message,
    content: typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content,
  })
  const probe = { role: 'user', content: PROBE }
  const shows = (message: CountedMessage): boolean => {
    try {
      return render([message]).includes(PROBE)
    } catch {
      return false
    }
  }
  const prepare =
    !shows(probe) && shows(asParts(probe)) ? (message: CountedMessage) => asParts(plainMessage(message)) : plainMessage
  return (messages) => render(messages.map(prepare))
}

function plainMessage(message: CountedMessage): CountedMessage {
  if (!Array.isArray(message.content)) return message
  const { role: _, ...rest } = message
  return {
    ...message,
    content: textsOf({ ...rest, role: '' })
      .filter((text) => text !== '')
      .join('\n'),
  }
}

function tokenizerFile(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  const file = isFolder ? join(path, 'tokenizer.json') : path
  if (existsSync(file)) return file
  const hint =
    isFolder && existsSync(join(path, 'tokenizer.model'))
      ? 'it holds tokenizer.model only, which transformers saves as tokenizer.json: AutoTokenizer.from_pretrained(…).save_pretrained(…)'
      : 'name a tokenizer.json, the folder that holds it, or owner/name of a model on the hub'
  throw new ConfigError(`option "tokenizerPath": no file "${file}"; ${hint}`, 'tokenizerPath')
}

function readJson(file: string): object {
  return usable(file, () => {
    const value: unknown = JSON.parse(readText(file))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object')
    return value
  })
}

function readText(file: string): string {
  return usable(file, () => readFileSync(file, 'utf8'))
}

function usable<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `option "tokenizerPath": cannot use "${file}" (${basename(file)} of a Hugging Face tokenizer): ${(error as Error).message}`,
      'tokenizerPath',
    )
  }
}
