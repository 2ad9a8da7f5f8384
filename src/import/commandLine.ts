/** Command lines as a shell would split them, and the flags in them. */
import { ConfigError } from '../config/index.ts'
import type { ImportInput } from './importer.ts'

/**
 * Splits a command line into words: quotes, backslashes, comments and continued lines as in a shell. Nothing is run and
 * no variable is filled in: `$NAME` becomes `${NAME}`, which scenario files know.
 *
 * @throws ConfigError for a quote that is not closed
 */
export function splitCommand(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: '"' | "'" | undefined
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (quote === "'" && letter !== "'") word += letter
    else if (letter === quote) quote = undefined
    else if (quote === undefined && (letter === '"' || letter === "'")) {
      quote = letter
      word ??= ''
    } else if (letter === '\\') {
      const next = text[++i] ?? ''
      if (next === '\r' && text[i + 1] === '\n') i++
      else if (next !== '\n') word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next)
    } else if (letter === '$' && /^\$(\{\w+(:-[^}]*)?\}|[A-Za-z_]\w*)/.test(text.slice(i))) {
      const [match] = /^\$(\{\w+(:-[^}]*)?\}|[A-Za-z_]\w*)/.exec(text.slice(i))!
      word = (word ?? '') + (match.startsWith('${') ? match : `\${${match.slice(1)}}`)
      i += match.length - 1
    } else if (quote === undefined && /\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (quote === undefined && letter === '#' && word === undefined) {
      while (i + 1 < text.length && text[i + 1] !== '\n') i++
    } else word = (word ?? '') + letter
  }
  if (quote !== undefined) throw new ConfigError(`import: the command line has a ${quote} that is not closed`)
  if (word !== undefined) words.push(word)
  return words
}

export interface GivenFlag {
  /** With its dashes, as the tool spells it: `--max-concurrency`. */
  flag: string
  /** The words after it, up to the next flag. */
  values: string[]
}

/**
 * The flags after the last of the words that begin the tool's command line.
 *
 * @param beginnings for instance `['bench', 'serve']`; the first that is found counts
 * @throws ConfigError when there is no flag at all
 */
export function readFlags(
  { words, text }: ImportInput,
  tool: string,
  beginnings: readonly (readonly string[])[],
): GivenFlag[] {
  const all = words ?? splitCommand(text)
  const start = beginnings.map((beginning) => indexAfter(all, beginning)).find((index) => index !== undefined)
  const rest = all.slice(start ?? 0)
  // A script may go on after the command.
  const end = rest.findIndex((word) => ['&&', '||', ';', '|', '>', '&'].includes(word))
  const own = end === -1 ? rest : rest.slice(0, end)
  const flags: GivenFlag[] = []
  for (const word of own) {
    if (/^-{1,2}[A-Za-z]/.test(word)) {
      const [flag, value] = word.split(/=(.*)/s) as [string, string | undefined]
      flags.push({ flag, values: value === undefined ? [] : [value] })
    } else flags.at(-1)?.values.push(word)
  }
  if (flags.length === 0) throw new ConfigError(`import ${tool}: there is no flag in "${text.slice(0, 60)}"`)
  return flags
}

function indexAfter(words: readonly string[], beginning: readonly string[]): number | undefined {
  const at = words.findIndex((_, i) =>
    beginning.every((part, j) => words[i + j] === part || words[i + j]?.endsWith(`/${part}`)),
  )
  return at === -1 ? undefined : at + beginning.length
}

/** A word as the number it is; a variable stays as it is. */
export function numberOf(word: string | undefined, flag: string): number | string {
  if (word !== undefined && /\$\{\w+/.test(word)) return word
  const value = Number(word)
  if (word === undefined || word.trim() === '' || Number.isNaN(value))
    throw new ConfigError(`import: ${flag}: expected a number, got ${word === undefined ? 'nothing' : `"${word}"`}`)
  return value
}

export function jsonOf(word: string | undefined, flag: string): unknown {
  try {
    return JSON.parse(word ?? '')
  } catch {
    throw new ConfigError(`import: ${flag}: expected JSON, got ${word === undefined ? 'nothing' : `"${word}"`}`)
  }
}
