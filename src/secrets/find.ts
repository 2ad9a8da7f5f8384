/** Finds the secrets of a scenario, of headers, URLs and command lines, and shows each of them without. */
import { HIDDEN, rememberedSecrets, type Secrets, secretsOf } from './hide.ts'
import { isSecretField, isSecretName, mayBeSecret, secretLooksIn } from './names.ts'

/** `//user:password@` anywhere; a user alone, which may be a token, only behind a scheme. */
const URL_USER = /(?:\/\/(?<=[a-z][\w+.-]*:\/\/)([^/\s@:"'<>?#]+)@|\/\/([^/\s@:"'<>]*):([^/\s"'<>?#]*)@)/gi
const QUERY = /([?&;])([\w.~%-]+)=([^&#\s"']*)/g

/** `--api-key abc`, `--api-key=abc` and `HF_TOKEN=abc` in a command. */
const SHELL_WORD = /((?:^|\s)(?:--?([\w-]+)(?:=|\s+(?!--?\w))|([\w-]+)=))("[^"]*"|'[^']*'|\S+)/g

/** `"name": "value"` in JSON, also in JSON that is cut or broken. */
const JSON_PAIR = /"([^"\\]{0,100}(?:\\.[^"\\]{0,100}){0,100})"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"/g

/** Within these, `key` alone is a secret too. */
const HEADERS = /^(headers|env|\w+[-_]?headers)$/i

const NONE: ReadonlySet<string> = new Set()

/**
 * Every secret of a scenario, as it was written: values whose name or look says so, at any depth, and what is secret in
 * URLs, commands and JSON.
 *
 * @param more further names, in lower case
 */
export function secretsIn(value: unknown, more: ReadonlySet<string> = NONE): Set<string> {
  const found = new Set<string>()
  /** A scenario may contain itself: that is an error, which is told without its secrets. */
  const around = new Set<object>()
  const walk = (part: unknown, isHeaders: boolean, isSecret: boolean): void => {
    if (typeof part === 'string') {
      if (isSecret) found.add(part)
      for (const secret of secretsInText(part, more)) found.add(secret)
    } else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part) && !around.has(part)) {
      around.add(part)
      if (Array.isArray(part)) for (const one of part) walk(one, isHeaders, isSecret)
      else
        for (const [name, one] of Object.entries(part))
          walk(one, isHeaders || HEADERS.test(name), isSecret || isSecretIn(isHeaders, name, more))
      around.delete(part)
    }
  }
  walk(value, false, false)
  return found
}

function isSecretIn(isHeaders: boolean, name: string, more: ReadonlySet<string>): boolean {
  return isHeaders ? isSecretName(name, more) : isSecretField(name, more)
}

/**
 * The same record, with `***` for each secret value, and wherever one of these values stands again.
 *
 * @param more further names, in lower case
 */
export function redacted<T extends object>(record: T, more: ReadonlySet<string> = NONE): Record<string, unknown> {
  const shown = withoutNamed(record, more, false) as Record<string, unknown>
  return secretsOf(secretsIn(record, more)).hideIn(shown)
}

function withoutNamed(value: unknown, more: ReadonlySet<string>, isHeaders: boolean): unknown {
  if (typeof value === 'string') return maskNamed(value, more)
  if (Array.isArray(value)) return value.map((one) => withoutNamed(one, more, isHeaders))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      isSecretIn(isHeaders, name, more) && mayBeSecret(one)
        ? HIDDEN
        : withoutNamed(one, more, isHeaders || HEADERS.test(name)),
    ]),
  )
}

/** Secrets of request headers. @param headers names and values in turn */
export function secretsInHeaders(headers: readonly string[], more: ReadonlySet<string> = NONE): string[] {
  return headers.flatMap((value, i) => {
    if (i % 2 === 0) return []
    return isSecretName(headers[i - 1]!, more) ? [value] : secretLooksIn(value)
  })
}

/** What is secret in a text: users and passwords of URLs, named values, and what looks like a key. */
function secretsInText(text: string, more: ReadonlySet<string>): string[] {
  const found: string[] = secretLooksIn(text)
  for (const [, token, user, password] of text.matchAll(URL_USER)) {
    const secret = token ?? (password === '' ? user! : password!)
    found.push(secret, decoded(secret))
  }
  for (const [, , name, value] of text.matchAll(QUERY))
    if (isSecretName(decoded(name!), more)) found.push(value!, decoded(value!))
  for (const [, , flag, variable, word] of text.matchAll(SHELL_WORD))
    if (isSecretField((flag ?? variable)!, more)) found.push(word!.replace(/^(["'])(.*)\1$/, '$2'))
  for (const [, name, value] of text.matchAll(JSON_PAIR))
    if (isSecretField(unescaped(name!), more)) found.push(value!, unescaped(value!))
  return found.filter((secret) => secret !== '')
}

/** A text that may be shown: what is secret in it by a name or its look is `***`, however short it is. */
export function maskNamed(text: string, more: ReadonlySet<string> = NONE): string {
  if (rememberedSecrets().has(text)) return HIDDEN
  const masked = text
    .replace(URL_USER, '//***@')
    .replace(QUERY, (all, sign: string, name: string) =>
      isSecretName(decoded(name), more) ? `${sign}${name}=${HIDDEN}` : all,
    )
    .replace(SHELL_WORD, (all, begin: string, flag: string | undefined, variable: string | undefined) =>
      isSecretField((flag ?? variable)!, more) ? `${begin}${HIDDEN}` : all,
    )
    .replace(JSON_PAIR, (all, name: string, value: string) =>
      isSecretField(unescaped(name), more) ? `${all.slice(0, all.length - value.length - 1)}${HIDDEN}"` : all,
    )
  return secretLooksIn(masked).reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), secretsOf([]).hide(masked))
}

/** The secrets of a command line: of flags, `name=value` pairs, URLs and JSON in it. */
export function secretsInArgs(args: readonly string[]): Set<string> {
  const found = new Set<string>()
  const more = new Set(wordsAfter(args, /^--sensitive[-_]?headers$/i).map((name) => name.toLowerCase()))
  args.forEach((arg, i) => {
    const [, flag, , attached] = /^--?([\w-]+)(=(.*))?$/s.exec(arg) ?? []
    if (flag !== undefined && isSecretField(flag, more)) {
      const value = attached ?? args[i + 1]
      if (value !== undefined) found.add(value)
    }
    const [, name, value] = /^(?:--?[\w-]+=)?([\w.-]+)\s*[=:]\s*(.+)$/s.exec(arg) ?? []
    if (name !== undefined && !arg.startsWith(`${name}://`) && isSecretName(name, more)) found.add(value!)
    for (const secret of secretsInText(arg, more)) found.add(secret)
    for (const secret of secretsIn(parsed(arg), more)) found.add(secret)
  })
  return found
}

/** Takes the secrets out of one word of a command line. @param before the word before it, which may be its flag */
export function maskArg(arg: string, before: string | undefined, secrets: Secrets): string {
  const [, flag] = /^--?([\w-]+)$/.exec(before ?? '') ?? []
  return flag !== undefined && isSecretField(flag) ? HIDDEN : secrets.hide(maskNamed(arg))
}

function wordsAfter(args: readonly string[], flag: RegExp): string[] {
  return args.flatMap((arg, i) => {
    if (!flag.test(arg)) return []
    const end = args.findIndex((later, k) => k > i && later.startsWith('--'))
    return args.slice(i + 1, end === -1 ? undefined : end)
  })
}

/** The JSON of a word, `--extra-args={…}` among them; undefined where it is none. */
function parsed(arg: string): unknown {
  try {
    return JSON.parse(arg.replace(/^--?[\w-]+=/, ''))
  } catch {
    return undefined
  }
}

/** `\u0073ecret` in JSON is `secret`. */
function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
