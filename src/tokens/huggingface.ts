/** A Hugging Face tokenizer: `tokenizer.json`, and beside it its configuration and its chat template in Jinja. */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { pathWithin, readWhole, unreadable } from '../hub/index.ts'
import { type CountedMessage, type Tokenizer, textsOf } from './count.ts'

/** Raw bytes of text that no other token covers; alone they are no text. */
const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/i

/** Vocabularies of a quarter of a million tokens, with their merges, come to some 30 MB. */
const LARGEST_BYTES = 2 ** 28

/** Files with a template of their own, the one that wins first: models that see have had theirs in JSON. */
export const TEMPLATE_FILES = ['chat_template.jinja', 'chat_template.json'] as const

/**
 * @param path `tokenizer.json`, or the folder that holds it
 * @throws ConfigError of option `tokenizerPath` when a file is missing or cannot be used
 */
export async function loadHuggingFaceTokenizer(path: string): Promise<Tokenizer> {
  const file = tokenizerFile(path)
  const folder = dirname(file)
  const configFile = besides(folder, 'tokenizer_config.json')
  const config = configFile === undefined ? {} : (readJson(configFile) as TemplateConfig)
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
  const [jinja, json] = TEMPLATE_FILES.map((name) => besides(folder, name))
  if (jinja !== undefined) return readText(jinja)
  return json === undefined ? undefined : templateText(readJson(json))
}

/** A file that was not named but lies in the tokenizer's folder; one that is a link out of the folder is an error. */
function besides(folder: string, name: string): string | undefined {
  const path = join(folder, name)
  return existsSync(path) ? usable(path, () => pathWithin(folder, name)) : undefined
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

const NAMES = 'name a tokenizer.json, the folder that holds it, or owner/name of a model on the hub'

function tokenizerFile(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  const inside = isFolder ? besides(path, 'tokenizer.json') : undefined
  if (inside !== undefined) return inside
  if (!isFolder && existsSync(path)) return path
  if (!isFolder) {
    const home = path.startsWith('~')
      ? 'write the home folder in full, as "~" stands for it in a shell only'
      : undefined
    throw new ConfigError(
      `option "tokenizerPath": the path "${path}" does not exist (a relative one starts at ${process.cwd()}); ${home ?? NAMES}`,
      'tokenizerPath',
    )
  }
  const hint = existsSync(join(path, 'tokenizer.model'))
    ? 'it holds tokenizer.model only, which transformers saves as tokenizer.json: AutoTokenizer.from_pretrained(…).save_pretrained(…)'
    : NAMES
  throw new ConfigError(`option "tokenizerPath": no file "${join(path, 'tokenizer.json')}"; ${hint}`, 'tokenizerPath')
}

function readJson(file: string): object {
  return usable(file, () => {
    const value: unknown = JSON.parse(readText(file))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object')
    return value
  })
}

function readText(file: string): string {
  return usable(file, () => readWhole(file, LARGEST_BYTES).toString())
}

function usable<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `option "tokenizerPath": cannot use "${file}" (${basename(file)} of a Hugging Face tokenizer): ${unreadable(error)}`,
      'tokenizerPath',
    )
  }
}

/** `tokenizer_config.json`, as far as templates go. */
interface TemplateConfig {
  chat_template?: unknown
  bos_token?: unknown
  eos_token?: unknown
  unk_token?: unknown
  pad_token?: unknown
}

/** The template's text: a tokenizer may have one, or several with names, of which `default` is for chat. */
function templateText({ chat_template: template }: TemplateConfig): string | undefined {
  if (typeof template === 'string') return template
  if (!Array.isArray(template)) return undefined
  const named = template as { name?: unknown; template?: unknown }[]
  const text = (named.find(({ name }) => name === 'default') ?? named[0])?.template
  return typeof text === 'string' ? text : undefined
}

/**
 * A function that renders messages as the model reads them, ready for its answer.
 * @throws ConfigError when the template is not Jinja; the function, when it refuses the messages
 */
async function loadChatTemplate(
  text: string,
  config: TemplateConfig,
  path: string,
): Promise<(messages: readonly CountedMessage[]) => string> {
  const { Template } = await import('@huggingface/jinja')
  const fail = (error: unknown): never => {
    throw new ConfigError(
      `option "tokenizerPath": the chat template of "${path}": ${(error as Error).message}; give applyChatTemplate: false to do without`,
      'tokenizerPath',
    )
  }
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      return fail(error)
    }
  }
  const template = attempt(() => new Template(text))
  const tokens = Object.fromEntries(
    (['bos_token', 'eos_token', 'unk_token', 'pad_token'] as const).map((name) => [name, tokenOf(config[name])]),
  )
  return (messages) => attempt(() => template.render({ ...tokens, messages, add_generation_prompt: true }))
}

/** A special token is a text, or an object around it. */
function tokenOf(token: unknown): string {
  if (typeof token === 'object' && token !== null) return tokenOf((token as { content?: unknown }).content)
  return typeof token === 'string' ? token : ''
}
