/** Finds the secrets in a scenario, in headers, in URLs, and in a command line. */
import { isSecretField, isSecretName, SECRET_WORDS } from './names.ts'

const URL_USER = /\/\/([^/\s@:"'<>]*):([^/\s@"'<>]*)@/g
const QUERY = /([?&;])([\w.~%-]+)=([^&#\s"']*)/g

/**
 * Every secret of a scenario, as it was written: options and fields whose name says so, headers, and what stands in
 * URLs, wherever they stand.
 *
 * @param more further names, in lower case
 */
export function secretsIn(value: unknown, more: ReadonlySet<string> = new Set()): Set<string> {
  const found = new Set<string>()
  walk(value, { found, more, isHeaders: false, isSecret: false })
  return found
}

interface Walk {
  found: Set<string>
  more: ReadonlySet<string>
  /** Within headers or an environment, more names are secret. */
  isHeaders: boolean
  isSecret: boolean
}

function walk(value: unknown, state: Walk): void {
  const { found, more, isHeaders, isSecret } = state
  if (typeof value === 'string' || (isSecret && typeof value === 'number')) {
    const text = String(value)
    if (isSecret) found.add(text)
    for (const secret of secretsInText(text, more)) found.add(secret)
  } else if (Array.isArray(value)) {
    for (const one of value) walk(one, state)
  } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [name, one] of Object.entries(value))
      walk(one, {
        ...state,
        isHeaders: isHeaders || /^(headers|env|\w+[-_]?headers)$/i.test(name),
        isSecret: isSecret || (isHeaders ? isSecretName(name, more) : isSecretField(name, more)),
      })
  }
}

/** Secrets of request headers. @param headers names and values in turn */
export function secretsInHeaders(headers: readonly string[], more: ReadonlySet<string> = new Set()): string[] {
  return headers.filter((_, i) => i % 2 === 1 && isSecretName(headers[i - 1]!, more))
}

/** Users and passwords in URLs, and the values of query parameters and shell words whose name sounds secret. */
export function secretsInText(text: string, more: ReadonlySet<string> = new Set()): string[] {
  const found: string[] = []
  for (const [, user, password] of text.matchAll(URL_USER))
    found.push(password!, decoded(password!), ...(password === '' ? [user!] : []))
  for (const [, , name, value] of text.matchAll(QUERY))
    if (isSecretName(name!, more)) found.push(value!, decoded(value!))
  for (const [, , word] of text.matchAll(SHELL_WORD)) found.push(word!.replace(/^(["'])(.*)\1$/, '$2'))
  return found.filter((secret) => secret !== '')
}

/** `--api-key abc` and `HF_TOKEN=abc` in a command. */
const SHELL_WORD = new RegExp(
  `((?:^|\\s)(?:--?[\\w-]*(?:key|${SECRET_WORDS})(?:=|\\s+)|[\\w-]*(?:[-_]key|apikey|${SECRET_WORDS})=))("[^"]*"|'[^']*'|\\S+)`,
  'gi',
)

/** A text that may be shown: what is secret by the names in it is `***`, however short it is. */
export function maskNamed(text: string, more: ReadonlySet<string> = new Set()): string {
  return text
    .replace(URL_USER, '//***@')
    .replace(QUERY, (all, sign: string, name: string) => (isSecretName(name, more) ? `${sign}${name}=***` : all))
    .replace(SHELL_WORD, '$1***')
}

/** The secrets of a command line: of flags, `name=value` pairs, URLs and JSON in it. */
export function secretsInArgs(args: readonly string[]): Set<string> {
  const found = new Set<string>()
  const more = new Set(wordsAfter(args, /^--sensitive[-_]?headers$/i).map((name) => name.toLowerCase()))
  args.forEach((arg, i) => {
    const [, flag, , attached] = /^--?([\w-]+)(=(.*))?$/s.exec(arg) ?? []
    if (flag !== undefined && isSecretField(flag.replaceAll('_', '-'), more)) {
      const value = attached ?? args[i + 1]
      if (value !== undefined) found.add(value)
    }
    const [, name, value] = /^(?:--?[\w-]+=)?([\w.-]+)\s*[=:]\s*(.+)$/s.exec(arg) ?? []
    if (name !== undefined && !arg.startsWith(`${name}://`) && isSecretName(name, more)) found.add(value!)
    for (const secret of secretsInText(arg, more)) found.add(secret)
    for (const [, field, text] of arg.matchAll(/"([^"\\]+)"\s*:\s*"((?:[^"\\]|\\.)*)"/g))
      if (isSecretField(field!, more)) found.add(text!)
  })
  return found
}

function wordsAfter(args: readonly string[], flag: RegExp): string[] {
  return args.flatMap((arg, i) => {
    if (!flag.test(arg)) return []
    const end = args.findIndex((later, k) => k > i && later.startsWith('--'))
    return args.slice(i + 1, end === -1 ? undefined : end)
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
