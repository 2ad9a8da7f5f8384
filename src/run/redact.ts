/** A configuration that may be shown and stored: every secret in it is `***`. */
import type { ResolvedConfig } from '../config/index.ts'

const HIDDEN = '***'
const SENSITIVE = /authorization|api[-_]?key|token|secret|cookie|password|credential/i

export function redactConfig(config: ResolvedConfig): Record<string, unknown> {
  const headers = Object.fromEntries(
    Object.entries(config.headers).map(([name, value]) => [name, SENSITIVE.test(name) ? HIDDEN : value]),
  )
  return { ...config, headers, ...(config.apiKey === undefined ? {} : { apiKey: HIDDEN }) }
}
