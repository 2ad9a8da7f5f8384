/** What the endpoint's kind, chat or completions, means for prompts: chat templates, token ids, and the URL itself. */
import { ConfigError, pathBeneath, type ResolvedConfig } from '../config/index.ts'
import { isKnownModel, type Tokenizer } from '../tokens/index.ts'
import type { Dataset, Prompt } from './dataset.ts'

/** At the end of a path, whatever query follows. */
const CHAT = /\/chat\/completions\/?(?=\?|$)/
const COMPLETIONS = /\/completions\/?(?=\?|$)/

/**
 * The URL that the scenario's prompts need: token ids and plain-text datasets go to completions, where no chat template
 * is put around them.
 */
export function promptUrl(config: ResolvedConfig, dataset: Dataset | undefined, url: string): string {
  if (config.api !== 'openai' || !(config.tokenizePrompt || dataset?.isPlainText)) return url
  if (COMPLETIONS.test(url) && !CHAT.test(url)) return url
  const base = new URL(url.replace(CHAT, ''))
  return base.origin + pathBeneath(base, '/v1/completions') + base.search
}

/** True where prompts are sent as messages, or as if they were: the URL says so, unless `applyChatTemplate` does. */
export function isChat(config: ResolvedConfig, dataset?: Dataset): boolean {
  if (config.applyChatTemplate !== undefined) return config.applyChatTemplate
  if (dataset?.isPlainText) return false
  return config.url === undefined || CHAT.test(config.url) || !COMPLETIONS.test(config.url)
}

/**
 * The last step of a prompt: token ids for `tokenizePrompt`; for `applyChatTemplate` on completions, the text that the
 * template makes of it.
 * @throws ConfigError when there is no tokenizer to do it with
 */
export async function finishing(
  config: ResolvedConfig,
  dataset: Dataset | undefined,
  loadTokenizer: () => Promise<Tokenizer>,
): Promise<(prompt: Prompt) => Prompt> {
  const { tokenizePrompt, applyChatTemplate, url, tokenizerPath } = config
  const onCompletions = url !== undefined && COMPLETIONS.test(url) && !CHAT.test(url)
  if (!tokenizePrompt && !(applyChatTemplate === true && onCompletions)) return (prompt) => prompt
  const option = tokenizePrompt ? 'tokenizePrompt' : 'applyChatTemplate'
  if (tokenizerPath === undefined && !(tokenizePrompt && (await isKnownModel(config.model ?? ''))))
    throw new ConfigError(`option "${option}": needs the model's tokenizer; name it with tokenizerPath`, option)
  if (config.api !== 'openai')
    throw new ConfigError(`option "${option}": works with api openai (completions) only, not ${config.api}`, option)
  const tokenizer = await loadTokenizer()
  if (applyChatTemplate === true && tokenizer.renderChat === undefined)
    throw new ConfigError(
      `option "applyChatTemplate": tokenizer ${tokenizer.name} has no chat template; put chat_template.jinja beside it`,
      'applyChatTemplate',
    )
  // A chat URL means chat, even where its prompts go to completions; made-up prompts are as long as they were made.
  const wasChat = url !== undefined && CHAT.test(url) && !dataset?.makesLengths
  const withTemplate = applyChatTemplate ?? (wasChat && tokenizer.renderChat !== undefined)
  const text = (prompt: Prompt): string | undefined => textFor(prompt, withTemplate, tokenizer)
  return (prompt) => {
    const whole = text(prompt)
    if (whole === undefined) return prompt
    return tokenizePrompt ? { ...prompt, tokenIds: tokenizer.encode(whole) } : { ...prompt, text: whole }
  }
}

function textFor(prompt: Prompt, withTemplate: boolean, tokenizer: Tokenizer): string | undefined {
  if ('body' in prompt) return undefined
  const messages = 'messages' in prompt ? prompt.messages : [{ role: 'user' as const, content: prompt.text }]
  if (messages.some(({ content }) => typeof content !== 'string'))
    throw new ConfigError(
      'option "tokenizePrompt": images cannot be token ids; choose a dataset of texts',
      'tokenizePrompt',
    )
  if (withTemplate) return tokenizer.renderChat!(messages)
  return messages.map(({ content }) => content).join('\n')
}
