/** Token counts of our own by gpt-tokenizer: an estimate for models of other families. */

export interface Tokenizer extends TokenCounter {
  /** Ids of a text, without those that a model puts before and after it. */
  encode(text: string): number[]
  /** All ids are below it; not every one of them needs to be in use. */
  readonly vocabularySize: number
  /**
   * Text of a token as it stands within a text, with a space before it where it begins a word; undefined for special
   * tokens and ids not in use.
   */
  tokenText(id: number): string | undefined
  /**
   * Messages in the form the model reads, up to where its answer begins; absent where the tokenizer has no template.
   * @throws ConfigError of option `tokenizerPath` when the template refuses the messages
   */
  renderChat?(messages: readonly CountedMessage[]): string
}

/** A message of a chat request, as far as its tokens go. */
export interface CountedMessage {
  role: string
  /** A text, or an array of parts of which the texts count. */
  content?: unknown
  name?: unknown
  tool_calls?: unknown
}

export interface TokenCounter {
  /** Encoding used, for instance `o200k_base`, or the path of the tokenizer. */
  readonly name: string
  /** Tokens of a text; what looks like a special token (`<|endoftext|>`) counts as the plain text it is. */
  count(text: string): number
  /** Tokens of a chat prompt, with the overhead of its form. Images and sound count nothing: no text stands for them. */
  countMessages(messages: readonly CountedMessage[]): number
}

/**
 * What the chat form adds: 3 tokens around each message (`<|start|>role<|message|>…<|end|>`), 1 for a name, and 3 that
 * begin the answer. The sum is `3 + Σ (3 + role + content + (name + 1, if any))`.
 *
 * Source: OpenAI cookbook, "How to count tokens with tiktoken", `num_tokens_from_messages`, whose figures for
 * gpt-3.5-turbo, gpt-4 and gpt-4o equal those of the API. Other families' chat templates differ by a few tokens a
 * message. Of tool calls the name and the arguments are added as text, which the cookbook leaves open.
 */
const PER_MESSAGE = 3
const PER_NAME = 1
const PER_ANSWER = 3

/** No text is a special token, and none is refused for looking like one. */
const PLAIN = { disallowedSpecial: new Set<string>() }

/** Loads the tables of the model's encoding when first needed: they are megabytes. */
export async function loadTokenCounter(model: string): Promise<Tokenizer> {
  const name = await encodingOf(model)
  const { countTokens, encode, decode, vocabularySize } = await loadEncoding(name)
  const count = (text: string): number => cutLongRuns(text).reduce((sum, part) => sum + countTokens(part, PLAIN), 0)
  const countAll = (texts: string[]): number => texts.reduce((sum, text) => sum + count(text), 0)
  const countMessage = (message: CountedMessage): number =>
    PER_MESSAGE + (typeof message.name === 'string' ? PER_NAME : 0) + countAll(textsOf(message))
  return {
    name,
    count,
    countMessages: (messages) => messages.reduce((sum, message) => sum + countMessage(message), PER_ANSWER),
    encode: (text) => cutLongRuns(text).flatMap((part) => encode(part, PLAIN)),
    vocabularySize,
    tokenText: (id) => {
      try {
        return decode([id])
      } catch {
        return undefined // an id not in use
      }
    },
  }
}

/** The texts of a message that become tokens: its role, its content's text parts, its tool calls. */
export function textsOf({ role, content, name, tool_calls: toolCalls }: CountedMessage): string[] {
  const parts = Array.isArray(content) ? content.map((part) => field(part, 'text') ?? part) : [content]
  const calls = (Array.isArray(toolCalls) ? toolCalls : []).map((call) => field(call, 'function'))
  return [role, name, ...parts, ...calls.flatMap((call) => [field(call, 'name'), field(call, 'arguments')])].filter(
    (text): text is string => typeof text === 'string',
  )
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

type EncodingName = 'gpt2' | 'r50k_base' | 'p50k_base' | 'p50k_edit' | 'cl100k_base' | 'o200k_base' | 'o200k_harmony'

interface Encoding {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[]
  decode(ids: Iterable<number>): string
  readonly vocabularySize: number
}

/** Named one by one, so that bundlers and the type checker can follow each import. */
const LOADERS: Record<EncodingName, () => Promise<Encoding>> = {
  gpt2: () => import('gpt-tokenizer/encoding/gpt2'),
  r50k_base: () => import('gpt-tokenizer/encoding/r50k_base'),
  p50k_base: () => import('gpt-tokenizer/encoding/p50k_base'),
  p50k_edit: () => import('gpt-tokenizer/encoding/p50k_edit'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  o200k_harmony: () => import('gpt-tokenizer/encoding/o200k_harmony'),
}

function loadEncoding(name: EncodingName): Promise<Encoding> {
  return LOADERS[name]()
}

/** True where gpt-tokenizer's table of models, rather than its default, decides: then its counts are the model's own. */
export async function isKnownModel(model: string): Promise<boolean> {
  return (await lookUp(model)) !== undefined
}

/** The model's encoding where gpt-tokenizer knows the model, o200k_base for all others. */
async function encodingOf(model: string): Promise<EncodingName> {
  const { DEFAULT_ENCODING } = await import('gpt-tokenizer/mapping')
  return (await lookUp(model)) ?? DEFAULT_ENCODING
}

async function lookUp(model: string): Promise<EncodingName | undefined> {
  const { modelToEncodingMap } = await import('gpt-tokenizer/mapping')
  const encodings = new Map<string, EncodingName>(Object.entries(modelToEncodingMap))
  // Gateways put their own name before the model's (`openai/gpt-4`), fine-tunes are `ft:<model>:<organisation>…`.
  const name = model.slice(model.lastIndexOf('/') + 1).replace(/^ft:([^:]*).*$/, '$1')
  return encodings.get(name) ?? encodings.get(familyOf(name, encodings.keys()))
}

/** The longest known GPT name that `name` is a variant of: `gpt-4-32k` of `gpt-4-32k-0613`, but not `gpt-4` of `gpt-4o`. */
function familyOf(name: string, known: Iterable<string>): string {
  let family = ''
  for (const candidate of known)
    if (candidate.startsWith('gpt') && candidate.length > family.length && name.startsWith(`${candidate}-`))
      family = candidate
  return family
}

/**
 * The encodings first split a text at changes between letters, digits, white space and the rest, then merge within
 * each run; gpt-tokenizer's merging is quadratic in the run's length: 100,000 Chinese characters without punctuation
 * took 37 seconds. Cut this often, the count is off by about one token per cut, far less than other estimates here.
 */
const LONGEST_RUN = 256

/** The look-behinds let a run be tried from its beginning only, which keeps the search itself linear. */
const LONG_RUN =
  /(?<![\p{L}\p{M}])[\p{L}\p{M}]{257,}|(?<!\s)\s{257,}|(?<![^\s\p{L}\p{M}\p{N}])[^\s\p{L}\p{M}\p{N}]{257,}/gu

/** The parts of a text, in order; a text without long runs is one part. */
export function cutLongRuns(text: string): string[] {
  if (text.length <= LONGEST_RUN) return [text]
  const parts: string[] = []
  let start = 0
  for (const { 0: run, index } of text.matchAll(LONG_RUN))
    for (let at = index + LONGEST_RUN; at < index + run.length; at += LONGEST_RUN) {
      // Between the halves of a surrogate pair there is no place to cut.
      const end = isLowSurrogate(text.charCodeAt(at)) ? at + 1 : at
      parts.push(text.slice(start, end))
      start = end
    }
  parts.push(text.slice(start))
  return parts
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
