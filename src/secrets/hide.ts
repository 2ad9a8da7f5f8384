/** Takes secrets out of texts and records, in every spelling: what leaves the process passes here. */

export const HIDDEN = '***'

/** Length of a piece of a secret that is not to be seen either, where a text may have been cut through it. */
const PIECE = 8

export interface Secrets {
  /** What is looked for, longest first; may be handed to another thread, and to `secretsFrom` there. */
  readonly spellings: readonly string[]
  /** The text with `***` in place of each secret. */
  hide(text: string): string
  /** The same, also for pieces of a secret: of texts that were cut, or quote what they complain of in part. */
  hidePieces(text: string): string
  /** A record of plain data with every string in it, names included, hidden; itself where it holds no secret. */
  hideIn<T>(value: T): T
}

const remembered = new Set<string>()

/** Values of `${VARIABLES}` with a secret name: secret from now on in all that this process shows or stores. */
export function rememberSecrets(values: Iterable<string>): void {
  for (const value of values) if (value !== '') remembered.add(value)
}

export function rememberedSecrets(): ReadonlySet<string> {
  return remembered
}

/** @param values as `secretsIn` finds them; those that were remembered come with them */
export function secretsOf(values: Iterable<string>): Secrets {
  return secretsFrom(spellingsOf([...values, ...remembered]))
}

/** @param spellings of a `Secrets` on another thread */
export function secretsFrom(spellings: readonly string[]): Secrets {
  let pieces: ReadonlySet<string> | undefined
  function hide(text: string): string {
    let shown = text
    for (const spelling of spellings) if (shown.includes(spelling)) shown = shown.replaceAll(spelling, HIDDEN)
    return spellings.length > 0 && shown.includes('\\u') ? withoutEscaped(shown, spellings) : shown
  }
  function hidePieces(text: string): string {
    if (spellings.length === 0) return text
    pieces ??= piecesOf(spellings)
    return withoutRuns(hide(text), pieces)
  }
  function hideIn<T>(value: T): T {
    if (spellings.length === 0) return value
    const json = JSON.stringify(value) ?? ''
    return hide(json) === json ? value : (hidden(value, hide) as T)
  }
  return { spellings, hide, hidePieces, hideIn }
}

function hidden(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => hidden(one, hide))
  // Numbers in typed arrays, dates and the like hold no texts.
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [hide(name), hidden(one, hide)]))
}

/** Masks secrets of which some letters are written as `\u0073`, however often the backslash was writtend itself. */
function withoutEscaped(text: string, spellings: readonly string[]): string {
  const written = /\\+u([\da-f]{4})/gi
  const readable = text.replace(written, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  if (!spellings.some((spelling) => readable.includes(spelling))) return text
  let plain = ''
  /** Where each character of `plain` begins in `text`. */
  const starts: number[] = []
  const push = (characters: string, from: number, step: 0 | 1): void => {
    for (let i = 0; i < characters.length; i++) starts.push(from + i * step)
    plain += characters
  }
  let end = 0
  for (const match of text.matchAll(written)) {
    push(text.slice(end, match.index), end, 1)
    push(String.fromCharCode(Number.parseInt(match[1]!, 16)), match.index, 0)
    end = match.index + match[0].length
  }
  push(text.slice(end), end, 1)
  starts.push(text.length)
  const marked = new Uint8Array(text.length)
  for (const spelling of spellings)
    for (let at = plain.indexOf(spelling); at !== -1; at = plain.indexOf(spelling, at + 1))
      marked.fill(1, starts[at], starts[at + spelling.length])
  return masked(text, marked)
}

/** Every run of PIECE characters of the secrets. */
function piecesOf(spellings: readonly string[]): ReadonlySet<string> {
  const pieces = new Set<string>()
  for (const spelling of spellings)
    for (let at = 0; at + PIECE <= spelling.length; at++) pieces.add(spelling.slice(at, at + PIECE))
  return pieces
}

/** Masks each stretch of a text that pieces cover; takes as long as the text is, however long the secrets are. */
function withoutRuns(text: string, pieces: ReadonlySet<string>): string {
  const covered = new Uint8Array(text.length)
  for (let at = 0; at + PIECE <= text.length; at++)
    if (pieces.has(text.slice(at, at + PIECE))) covered.fill(1, at, at + PIECE)
  return masked(text, covered)
}

/** `***` for each stretch of characters that are marked. */
function masked(text: string, marked: Uint8Array): string {
  if (!marked.includes(1)) return text
  let shown = ''
  for (let at = 0; at < text.length; ) {
    const from = at
    while (at < text.length && marked[at] === marked[from]) at++
    shown += marked[from] === 0 ? text.slice(from, at) : HIDDEN
  }
  return shown
}

/** A run of so many characters that is also in the request is a quotation of it. */
const QUOTED = 12
/** Looked for first, at every QUOTED / 2 characters of the request. */
const STEP = QUOTED / 2

/**
 * @param body JSON of the request. Its `model` may be quoted: a complaint about it is of no use without its name
 * @returns the text with `***` for each run of 12 or more characters that some other text of the body holds too
 */
export function withoutQuotes(text: string, body: string): string {
  if (text.length < QUOTED) return text
  const runs = new Map<string, number[]>()
  for (let at = 0; at + STEP <= text.length; at++) {
    const run = text.slice(at, at + STEP)
    const places = runs.get(run)
    if (places === undefined) runs.set(run, [at])
    else places.push(at)
  }
  const marked = new Uint8Array(text.length)
  for (const source of textsOf(body))
    for (let from = 0; from + STEP <= source.length; from += STEP)
      for (const at of runs.get(source.slice(from, from + STEP)) ?? []) {
        if (marked[at] === 1) continue
        let start = 0
        while (start < at && start < from && text[at - start - 1] === source[from - start - 1]) start++
        let end = STEP
        while (at + end < text.length && text[at + end] === source[from + end]) end++
        if (start + end >= QUOTED) marked.fill(1, at - start, at + end)
      }
  return masked(text, marked)
}

/** Every text of a body, as it is and as JSON writes it. */
function textsOf(body: string): string[] {
  const texts: string[] = []
  function collect(value: unknown, name = ''): void {
    if (typeof value === 'string' && value.length >= QUOTED && name !== 'model') {
      texts.push(value)
      const json = JSON.stringify(value).slice(1, -1)
      if (json !== value) texts.push(json, JSON.stringify(json).slice(1, -1))
    } else if (Array.isArray(value)) for (const one of value) collect(one)
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) collect(one, key)
  }
  try {
    collect(JSON.parse(body))
  } catch {
    texts.push(body)
  }
  return texts
}

/** Shorter values are masked in their own field, but not searched for in texts: they would hide ordinary words. */
const SHORTEST = 8

/** What people write where a key is asked for and none is needed. It is no secret, and often a word of the answer. */
const PLACEHOLDERS = new Set([
  'bearer',
  'changeme',
  'dummy-key',
  'lm-studio',
  'no-key',
  'no-key-required',
  'none-needed',
  'not-needed',
  'not-required',
  'ollama',
  'placeholder',
  'sk-no-key-required',
  'undefined',
  'unused',
])

/** The texts to look for, longest first. @param values secrets as they were given, header values among them */
function spellingsOf(values: Iterable<string>): string[] {
  const all = new Set<string>()
  for (const value of values)
    for (const part of partsOf(value))
      for (const spelling of [part, ...escapesOf(part)]) if (spelling.length >= SHORTEST) all.add(spelling)
  return [...all].sort((a, b) => b.length - a.length)
}

/** The value, and what a server may say without the rest: the token behind a scheme, a cookie's value, a password. */
function partsOf(value: string): string[] {
  const whole = value.trim()
  const parts = new Set([whole])
  const [, scheme, token] = /^([A-Za-z][\w-]*)\s+(\S.*)$/.exec(whole) ?? []
  if (token !== undefined) parts.add(token)
  if (scheme?.toLowerCase() === 'basic' && token !== undefined) {
    const decoded = Buffer.from(token, 'base64').toString()
    parts.add(decoded)
    parts.add(decoded.slice(decoded.indexOf(':') + 1))
  }
  // Pairs, as in cookies and signatures. Only long values: the names and numbers among them are no secrets.
  if (/[;,]/.test(whole))
    for (const pair of (token ?? whole).split(/[;,]\s*/)) {
      const part = pair.slice(pair.indexOf('=') + 1).replace(/^"|"$/g, '')
      if (part.length >= 12) parts.add(part)
    }
  return [...parts].filter((part) => part.length >= SHORTEST && !PLACEHOLDERS.has(part.toLowerCase()))
}

function escapesOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const url = encodeURIComponent(text.toWellFormed())
  return [
    json,
    // As PHP and Go write JSON.
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    // JSON within JSON: the body of an error quoted in another.
    JSON.stringify(json).slice(1, -1),
    url,
    url.replaceAll('%20', '+'),
    encodeURI(text.toWellFormed()),
    text.replace(/[&<>"']/g, (sign) => HTML[sign]!),
    ...decoded(text),
  ]
}

function decoded(text: string): string[] {
  try {
    return [decodeURIComponent(text)]
  } catch {
    return []
  }
}

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
