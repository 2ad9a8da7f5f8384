/** What the environment and the chosen API add to a scenario. */
import type { Api } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'

/** What the environment supplies where the scenario does not. */
export function withEnvironment(
  given: ResolvedConfig,
  { keyVariable = 'OPENAI_API_KEY', streams }: Api,
): ResolvedConfig {
  const config = { ...given, stream: given.stream && streams !== false }
  const model = config.model ?? (config.url === undefined ? 'embedded' : 'default')
  // The embedded server needs no key: a real one is not sent where it is of no use.
  const apiKey =
    config.apiKey ??
    (config.url === undefined ? undefined : (process.env['PERFGATE_API_KEY'] ?? process.env[keyVariable]))
  return apiKey === undefined || apiKey === '' ? { ...config, model } : { ...config, model, apiKey }
}
