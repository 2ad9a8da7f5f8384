/** A scenario together with its API: loaded, asked whether it can do what is wanted, and given its key. */
import { type Api, customReference, loadApi } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { admitHost } from './hosts.ts'
import { usesEmbedded } from './localServer.ts'

export interface Protocol {
  api: Api
  /** By which load threads find it: a name of ours, or the URL of the user's module. */
  reference: string
  /** With what the environment, and the API, decide where the scenario does not. */
  config: ResolvedConfig
}

/** @throws ConfigError when there is no such API, it cannot do what the scenario asks for, or load may not go there */
export async function protocolOf(given: ResolvedConfig): Promise<Protocol> {
  admitHost(given)
  const reference = customReference(given) ?? given.api
  const api = await loadApi(reference)
  api.check?.(given)
  return { api, reference, config: withEnvironment(given, api) }
}

function withEnvironment(given: ResolvedConfig, { keyVariable = 'OPENAI_API_KEY', streams }: Api): ResolvedConfig {
  const config = { ...given, stream: given.stream && streams !== false }
  const model = config.model ?? (usesEmbedded(config) ? 'embedded' : 'default')
  // The embedded server needs no key: a real one is not sent where it is of no use.
  const apiKey =
    config.apiKey ?? (usesEmbedded(config) ? undefined : (process.env['PERFGATE_API_KEY'] ?? process.env[keyVariable]))
  return apiKey === undefined || apiKey === '' ? { ...config, model } : { ...config, model, apiKey }
}
