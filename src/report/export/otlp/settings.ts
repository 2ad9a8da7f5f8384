/** How a signal is sent: what the command line says, and under it the variables of OpenTelemetry. */
import { ConfigError } from '../../../config/index.ts'

export type Signal = 'metrics' | 'traces'
export type Protocol = 'http/json' | 'http/protobuf'

export interface Settings {
  protocol: Protocol
  /** Names in lower case. All values are taken for secrets. */
  headers: Record<string, string>
}

/** What of the environment says, in the words of https://opentelemetry.io/docs/specs/otel/protocol/exporter. */
export type Environment = Readonly<Record<string, string | undefined>>

const PROTOCOLS: readonly string[] = ['http/json', 'http/protobuf'] satisfies Protocol[]
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** What a header's value cannot carry: control characters beside the tab, and what is not of Latin-1. */
const NOT_OF_VALUES = /[^\t\x20-\x7e\x80-\xff]/

/**
 * The settings of a signal. A variable of the signal, such as `OTEL_EXPORTER_OTLP_METRICS_HEADERS`, replaces the one of
 * all signals; the command line's protocol replaces both, and its headers replace those of the same name.
 *
 * @param flags of `--otlp-protocol` and `--header`
 * @throws ConfigError that names the flag or the variable; never with a header's value
 */
export function settingsOf(
  signal: Signal,
  flags: { protocol?: string | undefined; headers: Readonly<Record<string, string>> },
  env: Environment,
): Settings {
  return {
    protocol: protocolOf(signal, flags.protocol, env),
    headers: { ...headersOf(signal, env), ...checked(Object.entries(flags.headers), 'option --header') },
  }
}

function protocolOf(signal: Signal, flag: string | undefined, env: Environment): Protocol {
  const [variable, value] = variableOf(signal, 'PROTOCOL', env)
  const asked = flag ?? (value === '' ? 'http/json' : value)
  if (PROTOCOLS.includes(asked)) return asked as Protocol
  if (flag !== undefined)
    throw new ConfigError(`option --otlp-protocol: expected ${PROTOCOLS.join(' or ')}, got "${flag}"`)
  throw new ConfigError(
    `variable ${variable}: "${asked}" is not spoken here; set it, or --otlp-protocol, to ${PROTOCOLS.join(' or ')}`,
  )
}

/** `name=value` pairs with commas between them; values are percent-encoded, as in W3C Baggage. */
function headersOf(signal: Signal, env: Environment): Record<string, string> {
  const [variable, value] = variableOf(signal, 'HEADERS', env)
  const pairs = value.split(',').flatMap((text, i): [string, string][] => {
    if (text.trim() === '') return []
    const at = text.indexOf('=')
    if (at === -1)
      throw new ConfigError(
        `variable ${variable}: expected name=value pairs with commas between them, and pair ${i + 1} has no "="`,
      )
    return [[text.slice(0, at).trim(), decoded(text.slice(at + 1).trim())]]
  })
  return checked(pairs, `variable ${variable}`)
}

function checked(pairs: readonly (readonly [string, string])[], where: string): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([name, value], i) => {
      // What should be a name may be a part of a key.
      if (!HEADER_NAME.test(name)) throw new ConfigError(`${where}: pair ${i + 1} begins with no header’s name`)
      if (NOT_OF_VALUES.test(value))
        throw new ConfigError(`${where}: the value of "${name}" has a character that a header cannot carry`)
      return [name.toLowerCase(), value]
    }),
  )
}

/** The variable that decides, and its text: an empty one counts as not set. */
function variableOf(signal: Signal, what: string, env: Environment): [name: string, value: string] {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`
  if (env[own]) return [own, env[own]]
  const shared = `OTEL_EXPORTER_OTLP_${what}`
  return [shared, env[shared] ?? '']
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
