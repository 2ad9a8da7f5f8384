/** Reads an object literal out of a script without running it: what is no plain value is kept as its text. */

/** An expression that only running the script would tell. */
export class Expression {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * The object literal that an exported variable is set to; undefined where there is none.
 *
 * Strings, numbers, switches, lists and objects are read; `__ENV.NAME` becomes `${NAME}`; anything else is an
 * `Expression`.
 */
export function exportedLiteral(script: string, name: string): Record<string, unknown> | undefined {
  const found = new RegExp(`export\\s+(?:const|let|var)\\s+${name}\\s*(?::[^={]*)?=\\s*(?=\\{)`).exec(script)
  if (found === null) return undefined
  const [value] = readValue(script, found.index + found[0].length)
  return value instanceof Expression ? undefined : (value as Record<string, unknown>)
}

type Read = [value: unknown, end: number]

function readValue(text: string, start: number): Read {
  const at = skip(text, start)
  const read = readPlain(text, at)
  if (read !== undefined) {
    const next = text[skip(text, read[1])]
    if (next === undefined || /[,}\];)]/.test(next) || /[\r\n]/.test(text.slice(read[1], skip(text, read[1]))))
      return read
  }
  const end = expressionEnd(text, at)
  const source = text.slice(at, end).trim()
  const [, variable, otherwise] =
    /^__ENV\.([A-Za-z_]\w*)(?:\s*(?:\|\||\?\?)\s*(?:'([^']*)'|"([^"]*)"|(\d+)))?$/.exec(source) ?? []
  if (variable === undefined) return [new Expression(source), end]
  const usual = otherwise ?? /(?:\|\||\?\?)\s*["']?([^"']*)["']?$/.exec(source)?.[1]
  return [usual === undefined ? `\${${variable}}` : `\${${variable}:-${usual}}`, end]
}

function readPlain(text: string, at: number): Read | undefined {
  const letter = text[at]
  if (letter === '{') return readObject(text, at)
  if (letter === '[') return readList(text, at)
  if (letter === "'" || letter === '"' || letter === '`') return readString(text, at)
  const [word] = /^(?:true|false|null|-?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)\b/i.exec(text.slice(at, at + 40)) ?? []
  if (word === undefined) return undefined
  return [
    word === 'null' ? null : word === 'true' || word === 'false' ? word === 'true' : Number(word.replaceAll('_', '')),
    at + word.length,
  ]
}

function readString(text: string, at: number): Read | undefined {
  const quote = text[at]!
  let value = ''
  for (let i = at + 1; i < text.length; i++) {
    const letter = text[i]!
    if (letter === quote) return [value, i + 1]
    if (quote === '`' && letter === '$' && text[i + 1] === '{') return undefined
    if (letter !== '\\') value += letter
    else {
      const next = text[++i] ?? ''
      value += ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[next] ?? next
    }
  }
  return undefined
}

function readList(text: string, at: number): Read | undefined {
  const items: unknown[] = []
  for (let i = skip(text, at + 1); i < text.length; ) {
    if (text[i] === ']') return [items, i + 1]
    const [value, end] = readValue(text, i)
    items.push(value)
    i = skip(text, end)
    if (text[i] === ',') i = skip(text, i + 1)
    else if (text[i] !== ']') return undefined
  }
  return undefined
}

function readObject(text: string, at: number): Read | undefined {
  const object: Record<string, unknown> = {}
  for (let i = skip(text, at + 1); i < text.length; ) {
    if (text[i] === '}') return [object, i + 1]
    const key = readKey(text, i)
    if (key === undefined) {
      const end = expressionEnd(text, i)
      const source = text.slice(i, end).trim()
      object[source] = new Expression(source)
      i = skip(text, end)
    } else {
      const [value, end] = readValue(text, key[1])
      object[key[0]] = value
      i = skip(text, end)
    }
    if (text[i] === ',') i = skip(text, i + 1)
    else if (text[i] !== '}') return undefined
  }
  return undefined
}

/** With the place after its colon. */
function readKey(text: string, at: number): [key: string, end: number] | undefined {
  const quoted = text[at] === "'" || text[at] === '"' ? readString(text, at) : undefined
  const plain = /^[\w$]+/.exec(text.slice(at, at + 100))?.[0]
  const [key, end] = quoted === undefined ? [plain, at + (plain?.length ?? 0)] : [String(quoted[0]), quoted[1]]
  const colon = skip(text, end)
  return key === undefined || text[colon] !== ':' ? undefined : [key, colon + 1]
}

/** Where an expression ends: at a comma or a closing bracket that is not inside of it. */
function expressionEnd(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const letter = text[i]!
    if (letter === "'" || letter === '"' || letter === '`') i = (readString(text, i)?.[1] ?? closing(text, i)) - 1
    else if ('([{'.includes(letter)) depth++
    else if (')]}'.includes(letter)) {
      if (depth-- === 0) return i
    } else if (letter === ',' && depth === 0) return i
  }
  return text.length
}

function closing(text: string, at: number): number {
  const end = text.indexOf(text[at]!, at + 1)
  return end === -1 ? text.length : end + 1
}

/** Past spaces and comments. */
function skip(text: string, at: number): number {
  const [space] = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(at))!
  return at + space.length
}
