/** A secret as it may come back: itself, its parts, and each as JSON, URLs, HTML and shells write it. */

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
export function spellingsOf(values: Iterable<string>): string[] {
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
