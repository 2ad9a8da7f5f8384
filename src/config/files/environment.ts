/** `${NAME}` and `${NAME:-default}` in the texts of a file: variables of the environment in their place. */
import { isSecretName, rememberSecrets } from '../../secrets/index.ts'
import { ConfigError, suggestion } from '../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Substituted {
  value: unknown
  /** Where a text was nothing but one variable, so that it may stand for a number or a switch. */
  whole: (readonly PropertyKey[])[]
  /** Values of variables whose name sounds secret; what is shown must not hold them. */
  secrets: string[]
}

/** A variable, as a text may hold it; as a pattern of JSON Schema too. */
export const VARIABLE = '\\$\\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\\}'
/** A text in which each `${` is that of a variable, or of `$${`, which stands for `${` itself. */
export const TEXT = `^(?:[^$]|\\$(?!\\$?\\{)|\\$\\$\\{|${VARIABLE})*$`

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/**
 * @param place says where a path is, for errors
 * @throws ConfigError for a variable that is not set and has no default, and for `${` that begins no variable
 */
export function substituteVariables(
  value: unknown,
  env: Environment,
  place: (path: readonly PropertyKey[]) => string,
): Substituted {
  const whole: Substituted['whole'] = []
  const secrets: string[] = []
  const read = (text: string, path: readonly PropertyKey[]): string => {
    const fail = (why: string): ConfigError => new ConfigError(`${place(path)}: ${where(path)}${why}`)
    let variables = 0
    const result = text.replace(PLACEHOLDER, (match, inside: string | undefined, end: string) => {
      if (inside === undefined) return '${'
      variables++
      const [, name, otherwise] = (end === '' ? null : NAME.exec(inside)) ?? []
      if (name === undefined)
        throw fail(`"${match}" is no variable; write \${NAME} or \${NAME:-default}, and $\${ for a plain \${`)
      const found = env[name] ?? otherwise
      if (found === undefined)
        throw fail(
          `the environment variable ${name} is not set${near(name, env)}; set it, or write \${${name}:-default}`,
        )
      // A shorter one would hide ordinary words of its own field.
      if (isSecretName(name) && found.length > 3) {
        secrets.push(found)
        rememberSecrets([found])
      }
      return found
    })
    if (variables === 1 && new RegExp(`^${VARIABLE}$`).test(text)) whole.push(path)
    return result
  }
  const visit = (part: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof part === 'string') return read(part, path)
    if (Array.isArray(part)) return part.map((item, i) => visit(item, [...path, i]))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, visit(item, [...path, key])]))
  }
  return { value: visit(value, []), whole, secrets }
}

/** What a variable's text may stand for besides text. */
export function plainValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `"${path.map(String).join('.')}": `
}

/** Only a near name is named: the list of all variables is long, and nobody's business. */
function near(name: string, env: Environment): string {
  const hint = suggestion(name, Object.keys(env))
  return hint.startsWith(',') ? hint.replace('?', ', which is set?') : ''
}
