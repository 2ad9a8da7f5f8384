/** Which value is a secret: decided here alone, by the words of its name or by its look. */

/** Words that make the value of a name secret, wherever they stand in it. */
const SECRET_WORDS = new Set([
  ...['auth', 'authorization', 'authentication', 'token', 'key', 'keys', 'secret', 'secrets', 'jwt', 'bearer'],
  ...['password', 'passwords', 'passwd', 'pwd', 'passphrase', 'passcode', 'credential', 'credentials', 'assertion'],
  ...['cookie', 'cookies', 'signature', 'sig', 'pat', 'csrf', 'xsrf', 'sid'],
])

/** The same as the end of a word that nobody separated: `apikey`, `userpassword`, `HFTOKEN`; not `monkey`. */
const SECRET_ENDING =
  /(?:secret|password|passwd|passphrase|credentials?|cookie|token|(?:api|access|auth|private|secret|account|master|signing|encryption|openai|anthropic|azure|hf|llm)keys?)$/

/** As the last word of a name: `x-team-pass`, `session`; not `passRate`, `session-affinity`. */
const LAST_WORDS = new Set(['pass', 'session', 'sessionid'])

/** Before `key`: it names a column, a field or a cache, and opens nothing. */
const NAMING_WORDS = new Set([
  ...['cache', 'idempotency', 'public', 'sort', 'partition', 'primary', 'foreign', 'group', 'lookup', 'label'],
  ...['dataset', 'field', 'column', 'row', 'json', 'object', 'question', 'prompt', 'answer', 'text', 'image', 'audio'],
  ...['video', 'reference', 'input', 'output', 'message', 'messages', 'conversation', 'category'],
])

/** Before `token`: one of a text, not one of somebody's. */
const TEXT_TOKEN_BEFORE = new Set([
  ...['first', 'last', 'next', 'per', 'inter', 'each', 'new', 'input', 'output', 'prompt', 'completion', 'generated'],
  ...['cached', 'reasoning', 'hidden', 'start', 'end', 'stop', 'special', 'mask', 'image', 'audio', 'video'],
  ...['bos', 'eos', 'pad', 'unk', 'sep', 'cls'],
])
/** After `token`, likewise. */
const TEXT_TOKEN_AFTER = new Set([
  ...['id', 'ids', 'type', 'types', 'count', 'counts', 'length', 'limit', 'budget', 'usage', 'rate', 'latency'],
  ...['throughput', 'delay', 'time', 'position', 'positions', 'logprob', 'logprobs'],
])

/**
 * True for the name of a header, query parameter, flag, variable or field whose value is never stored or shown.
 *
 * @param name in any spelling: `clientSecret`, `X-Api-Key`, `HF_TOKEN`, `metadata.userPassword`
 * @param more names of the user's own, in lower case
 */
export function isSecretName(name: string, more: ReadonlySet<string> = NONE): boolean {
  if (more.has(name.toLowerCase())) return true
  const words = wordsOf(name)
  return words.some((word, i) => isSecretWord(words, word, i))
}

/** The same for a field of a scenario, a body or a flag, where `key` alone is the name of a column. */
export function isSecretField(name: string, more: ReadonlySet<string> = NONE): boolean {
  return isSecretName(name, more) && (more.has(name.toLowerCase()) || !/^keys?$/i.test(name))
}

function isSecretWord(words: readonly string[], word: string, i: number): boolean {
  const [before = '', after = ''] = [words[i - 1], words[i + 1]]
  if (word === 'token') return !TEXT_TOKEN_BEFORE.has(before) && !TEXT_TOKEN_AFTER.has(after)
  if (word === 'key' || word === 'keys') return !NAMING_WORDS.has(before)
  if (SECRET_WORDS.has(word) || SECRET_ENDING.test(word)) return true
  const isLast = i === words.length - 1
  // What one session costs is told.
  return (
    (isLast && LAST_WORDS.has(word) && before !== 'per') ||
    (word === 'session' && after === 'id' && i === words.length - 2)
  )
}

/** `clientSecret`, `client_secret` and `Client-Secret` are the words `client`, `secret`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
}

/** A number or a switch is no secret, whatever its name. */
export function mayBeSecret(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'number' && typeof value !== 'boolean'
}

/** Keys that say by themselves what they are. A JWT is three parts of base64url, of which the first begins `{"`. */
const KEY_LOOKS =
  /(?<![\w-])(?:sk-[\w-]{16,}|hf_[A-Za-z0-9]{16,}|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})(?![\w-])/g

/** `Bearer …` and `Basic …`: a whole value, or in a text where what follows is no word of a sentence. */
const WHOLE_SCHEME = /^(?:bearer|basic)\s+(\S+)$/i
const SCHEME_LOOKS = /\b(?:Bearer|Basic)\s+(?=[\w+/=.~-]*\d)([\w+/=.~-]{16,})/g

/** What in a text is secret by its look. */
export function secretLooksIn(text: string): string[] {
  const [, whole] = WHOLE_SCHEME.exec(text.trim()) ?? []
  return [
    ...(whole === undefined ? [] : [text.trim()]),
    ...Array.from(text.matchAll(SCHEME_LOOKS), ([, token]) => token!),
    ...Array.from(text.matchAll(KEY_LOOKS), ([key]) => key),
  ]
}

const NONE: ReadonlySet<string> = new Set()
