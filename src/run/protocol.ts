/** A scenario together with its API: loaded, asked whether it can do what is wanted, and given its key. */
import { type Api, customReference, loadApi } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { startsServer, usesEmbedded } from '../config/index.ts'
import { checkHeaders, openEndpoint } from './endpoint.ts'
import type { RunHooks } from './hooks.ts'
import { admitHost } from './hosts.ts'
import { withServedModel } from './servedModel.ts'

export interface Protocol {
  api: Api
  /** By which load threads find it: a name of ours, or the URL of the user's module. */
  reference: string
  /** With what the environment, and the API, decide where the scenario does not. */
  config: ResolvedConfig
  /** The options that the user wrote. */
  given: ReadonlySet<string>
}

/**
 * A model that is not named is asked for at a URL; that of a server yet to be started stays open.
 *
 * @param given the options that the user wrote
 * @throws ConfigError when there is no such API, it cannot do what the scenario asks for, load may not go there, a key
 *   or header cannot be sent, or the endpoint has several models and none is named
 */
export async function protocolOf(
  asked: ResolvedConfig,
  given: ReadonlySet<string>,
  hooks: Pick<RunHooks, 'onNotice' | 'signal'> = {},
): Promise<Protocol> {
  admitHost(asked)
  const reference = customReference(asked) ?? asked.api
  const api = await loadApi(reference)
  api.check?.(asked)
  const config = withEnvironment(asked, api)
  const isServed = config.model === undefined && config.url !== undefined && !startsServer(config)
  if (!isServed) return { api, reference, config, given }
  const endpoint = await openEndpoint(config, api)
  return { api, reference, config: await withServedModel(config, api, endpoint, hooks), given }
}

function withEnvironment(asked: ResolvedConfig, api: Api): ResolvedConfig {
  const { keyVariable = 'OPENAI_API_KEY', streams } = api
  const isEmbedded = usesEmbedded(asked)
  const config = {
    ...asked,
    stream: asked.stream && streams !== false,
    ...(isEmbedded ? { model: asked.model ?? 'embedded' } : {}),
  }
  // The embedded server needs no key: a real one is not sent where it is of no use.
  const variable = isEmbedded
    ? undefined
    : ['PERFGATE_API_KEY', keyVariable].find((name) => process.env[name] !== undefined)
  const apiKey = config.apiKey ?? (variable === undefined ? undefined : process.env[variable])
  const whole = apiKey === undefined || apiKey === '' ? config : { ...config, apiKey }
  checkHeaders(whole, api, config.apiKey === undefined ? `environment variable ${variable}` : 'option "apiKey"')
  return whole
}
