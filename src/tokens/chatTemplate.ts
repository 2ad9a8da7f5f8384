/** Chat templates: the Jinja text that comes with a Hugging Face tokenizer. */
import { ConfigError } from '../config/index.ts'
import type { CountedMessage } from './count.ts'

/** `tokenizer_config.json`, as far as templates go. */
export interface TemplateConfig {
  chat_template?: unknown
  bos_token?: unknown
  eos_token?: unknown
  unk_token?: unknown
  pad_token?: unknown
}

/** The template's text: a tokenizer may have one, or several with names, of which `default` is for chat. */
export function templateText({ chat_template: template }: TemplateConfig): string | undefined {
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
export async function loadChatTemplate(
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
