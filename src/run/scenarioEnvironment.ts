/** What the environment and the chosen API add to a scenario. */
import { type Api, customReference, loadApi } from '../apis/index.ts'
import { type Config, type ResolvedConfig, resolveConfig } from '../config/index.ts'

/** A scenario with every default filled in, its API, and how load threads are told of that API. */
export interface ReadyScenario {
  config: ResolvedConfig
  api: Api
  reference: string
}

/** @throws ConfigError when an option is wrong, or not one that the API can honour */
export async function readyScenario(input: Config | Record<string, unknown>): Promise<ReadyScenario> {
  const given = resolveConfig(input)
  const reference = customReference(given) ?? given.api
  const api = await loadApi(reference)
  const config = withEnvironment(given, api)
  api.check?.(config)
  return { config, api, reference }
}

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
