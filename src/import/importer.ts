/** What an importer is: a table of another tool's keys, and a reader that makes scenarios of its input. */

export interface KeyRule {
  /** As the tool writes it: `--max-concurrency`, or `load.stages[].rate`. */
  key: string
  /** The options it becomes, for the table; undefined: it has no counterpart. */
  to?: string
  /** How, or what to do instead. */
  about?: string
  /** A value that shows it, for the tests. */
  example?: unknown
}

/** A scenario in the making. */
export interface Draft {
  name: string | undefined
  config: Record<string, unknown>
  thresholds: Record<string, unknown>
  each: Record<string, unknown>[] | undefined
  /** What did not map, or not quite, each with what to do instead. */
  notes: string[]
}

export interface ImportInput {
  /** The text of a file, or the command line. */
  text: string
  /** The words of a command line, where they were given as such. */
  words: string[] | undefined
  /** Of a file: its name, for errors. */
  file: string | undefined
}

export interface Importer {
  name: string
  /** Other words for it. */
  aliases: readonly string[]
  title: string
  /** The pages its keys were read from. */
  sources: readonly string[]
  takes: 'command' | 'file' | 'command or file'
  keys: readonly KeyRule[]
  /** @throws ConfigError when the input is not of this tool */
  read(input: ImportInput): Draft[]
}

export function newDraft(name?: string): Draft {
  return { name, config: {}, thresholds: {}, each: undefined, notes: [] }
}

/** The note on a key that has no counterpart, or none that is known. */
export function noteOn(rules: readonly KeyRule[], key: string, value: unknown): string {
  const rule = ruleOf(rules, key)
  const isSecret = /key|token(?!s|i)|secret|password/i.test(key)
  const shown = value === undefined || value === true ? key : `${key} ${isSecret ? '***' : shortText(value)}`
  if (rule === undefined) return `${shown}: not known to this importer; look for it in the tool's documentation`
  return `${shown}: ${rule.about ?? 'has no counterpart here'}`
}

/** The rule of the key itself, or of what it is in. */
function ruleOf(rules: readonly KeyRule[], key: string): KeyRule | undefined {
  const plain = key.replace(/\[\d+\]/g, '[]')
  return (
    rules.find((rule) => rule.key === plain) ??
    rules
      .filter((rule) => plain.startsWith(`${rule.key}.`) || plain.startsWith(`${rule.key}[`))
      .toSorted((a, b) => b.key.length - a.key.length)[0]
  )
}

export function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** A key is not written into a file: the environment has it. */
export const KEY_VARIABLE = '${PERFGATE_API_KEY}'
export const KEY_NOTE = 'the key itself is not written; set PERFGATE_API_KEY'

/** Adds a header, unless it is the key. */
export function addHeader(draft: Draft, name: string, value: unknown): void {
  if (/^authorization$|api-?key/i.test(name)) {
    draft.config['apiKey'] = KEY_VARIABLE
    draft.notes.push(`header ${name}: ${KEY_NOTE}`)
  } else draft.config['headers'] = { ...(draft.config['headers'] as object | undefined), [name]: value }
}

export function addBody(draft: Draft, fields: Record<string, unknown>): void {
  draft.config['extraArgs'] = { ...(draft.config['extraArgs'] as object | undefined), ...fields }
}
