/** What of a scenario may be shown and stored, and a run whose secrets stay out of its notices and errors. */
import type { ResolvedConfig } from '../config/index.ts'
import {
  maskNamed,
  printable,
  redacted,
  type Secrets,
  secretsIn,
  secretsInHeaders,
  secretsOf,
} from '../secrets/index.ts'
import type { RunHooks } from './hooks.ts'

/** Every secret in it is `***`. */
export function redactConfig(config: ResolvedConfig): Record<string, unknown> {
  const { prompt, store } = config
  const isKept = store === 'full' || prompt === undefined || prompt.startsWith('@')
  const shown = { ...config, proxy: withoutCredentials(config.proxy) }
  return redacted(isKept ? shown : { ...shown, prompt: `not kept with store ${store}` }, namesOf(config))
}

/** With `--debug`: what the scenario comes to. */
export function sayOptions(config: ResolvedConfig, { onNotice }: Pick<RunHooks, 'onNotice'>): void {
  if (config.debug) onNotice?.(`resolved options: ${JSON.stringify(redactConfig(config))}`)
}

/** `http://user:password@host` as `http://***@host`. */
function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1***@')
}

/** Hides what follows a flag or a variable whose name sounds secret: `--api-key abc`, `HF_TOKEN=abc`. */
export function redactCommand(command: string): string {
  return maskNamed(command)
}

/** An address that may be shown: without passwords, and without the values of `api_key` and the like. */
export function redactUrl(url: string, config: ResolvedConfig): string {
  return secretsOf(secretsIn(config, namesOf(config))).hide(maskNamed(url, namesOf(config)))
}

/**
 * The secrets of a run: what its scenario holds, and the headers it sends.
 * @param headers names and values in turn, one list or several
 */
export function secretsOfRun(config: object, ...headers: (readonly string[] | null)[]): Secrets {
  const names = namesOf(config)
  const found = secretsIn(config, names)
  for (const list of headers) for (const value of secretsInHeaders(list ?? [], names)) found.add(value)
  return secretsOf(found)
}

/**
 * Does some work with a scenario as the user wrote it: notices and errors that come of it are without its secrets, and
 * without those of the environment that a run would use.
 */
export async function keepingSecrets<T>(
  input: object,
  hooks: RunHooks,
  work: (hooks: RunHooks) => Promise<T>,
): Promise<T> {
  const secrets = secretsOf([...secretsIn(input, namesOf(input)), ...environmentSecrets(process.env)])
  const { onNotice } = hooks
  try {
    return await work(
      onNotice === undefined ? hooks : { ...hooks, onNotice: (text) => onNotice(printable(secrets.hide(text))) },
    )
  } catch (error) {
    throw withoutSecrets(error, secrets)
  }
}

/** Keys that a run takes from the environment. */
const VARIABLES = ['PERFGATE_API_KEY', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'DASHSCOPE_API_KEY', 'HF_TOKEN']

export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return VARIABLES.flatMap((name) => env[name] || [])
}

/** The same error: who catches it may look at its class. */
function withoutSecrets(error: unknown, secrets: Secrets): unknown {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { message, stack } = one
    if (secrets.hide(message) !== message) one.message = secrets.hide(message)
    if (stack !== undefined && secrets.hide(stack) !== stack) one.stack = secrets.hide(stack)
  }
  return error
}

function namesOf(config: object): ReadonlySet<string> {
  const { sensitiveHeaders, sensitive_headers } = config as Record<string, unknown>
  const names = [sensitiveHeaders ?? sensitive_headers ?? []].flat()
  return new Set(names.map((name) => String(name).toLowerCase()))
}
