/** A configuration that may be shown and stored: every secret in it is `***`. */
import type { ResolvedConfig } from '../config/index.ts'

const HIDDEN = '***'
const SENSITIVE = /authorization|api[-_]?key|token|secret|cookie|password|credential/i

export function redactConfig(config: ResolvedConfig): Record<string, unknown> {
  const headers = Object.fromEntries(
    Object.entries(config.headers).map(([name, value]) => [name, SENSITIVE.test(name) ? HIDDEN : value]),
  )
  return {
    ...config,
    headers,
    proxy: withoutCredentials(config.proxy),
    ...(config.apiKey === undefined ? {} : { apiKey: HIDDEN }),
    ...(config.localCommand === undefined ? {} : { localCommand: redactCommand(config.localCommand) }),
  }
}

/** `http://user:password@host` as `http://***@host`. */
function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, `$1${HIDDEN}@`)
}

/** Hides what follows a flag or a variable whose name sounds secret: `--api-key abc`, `HF_TOKEN=abc`. */
export function redactCommand(command: string): string {
  return command.replace(
    /([\w-]*(?:key|token|secret|password|credential)[\w-]*(?:=|\s+))("[^"]*"|'[^']*'|\S+)/gi,
    `$1${HIDDEN}`,
  )
}
