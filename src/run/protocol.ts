/** A scenario together with its API: loaded, asked whether it can do what is wanted, given its key and its model. */
import { type Api, customReference, loadApi } from '../apis/index.ts'
import { type Answered, exchange } from '../client/exchange.ts'
import { ConfigError, type ResolvedConfig, startsServer, usesEmbedded } from '../config/index.ts'
import { maskNamed } from '../secrets/index.ts'
import { checkHeaders, type Endpoint, openEndpoint, requestHeaders } from './endpoint.ts'
import type { RunHooks } from './hooks.ts'
import { admitHost } from './hosts.ts'
import { secretsOfRun } from './redact.ts'

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

/** Sent where nothing better is known. */
const OTHERWISE = 'default'
/** Of an answer to a question that most servers answer at once. */
const TIMEOUT_MS = 10_000
const MAX_BYTES = 4 << 20
const SHOWN = 20

/**
 * Asks the endpoint for its models where the scenario names none.
 *
 * @returns the scenario with a model: the only one that is served, or `default` where the endpoint does not tell
 * @throws ConfigError naming the models where there are several
 */
export async function withServedModel(
  config: ResolvedConfig,
  api: Api,
  endpoint: Pick<Endpoint, 'url' | 'route'>,
  { onNotice, signal }: Pick<RunHooks, 'onNotice' | 'signal'>,
): Promise<ResolvedConfig> {
  if (config.model !== undefined) return config
  const url = modelsUrl(endpoint.url, api)
  if (url === undefined) return { ...config, model: OTHERWISE }
  const headers = requestHeaders(config, api)
  const shown = secretsOfRun(config, headers).hide(maskNamed(url))
  const unknown = (why: string): ResolvedConfig => {
    onNotice?.(`no model is named, and ${shown} ${why}: "${OTHERWISE}" is sent; name the model with --model`)
    return { ...config, model: OTHERWISE }
  }
  let answer: Answered
  try {
    const { route } = endpoint
    answer = await exchange({ url, method: 'GET', headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, route, signal })
  } catch {
    return unknown('did not answer')
  }
  if (answer.status < 200 || answer.status >= 300) return unknown(`answered HTTP ${answer.status}`)
  const models = answer.isCut ? [] : namesIn(answer.text)
  if (models.length === 0) return unknown('lists none')
  if (models.length > 1) {
    const more = models.length > SHOWN ? `, … (${models.length - SHOWN} more)` : ''
    throw new ConfigError(
      `option "model": missing, and the endpoint serves ${models.length}: ${models.slice(0, SHOWN).join(', ')}${more}; name one, as --model ${models[0]}`,
      'model',
    )
  }
  onNotice?.(`model ${models[0]}: the only one that ${shown} lists`)
  return { ...config, model: models[0]! }
}

/** `/v1/models` beside `/v1/chat/completions`; undefined where the path is not one of the API's. */
function modelsUrl(endpoint: string, { paths }: Api): string | undefined {
  const { origin, pathname, search } = new URL(endpoint)
  const tail = paths.map((path) => path.replace(/^(\/api)?\/v\d+/, '')).find((one) => pathname.endsWith(one))
  return tail === undefined ? undefined : `${origin}${pathname.slice(0, -tail.length)}/models${search}`
}

/** `{"data":[{"id":…}]}` as OpenAI and Anthropic have it, `{"models":[{"name":…}]}`, or the list itself. */
function namesIn(text: string): string[] {
  try {
    const answer = JSON.parse(text) as { data?: unknown; models?: unknown } | null
    const list: unknown = Array.isArray(answer) ? answer : (answer?.data ?? answer?.models)
    if (!Array.isArray(list)) return []
    const names = (list as ({ id?: unknown; name?: unknown } | null)[]).map((one) => one?.id ?? one?.name)
    return [...new Set(names.filter((name) => typeof name === 'string' && name !== ''))] as string[]
  } catch {
    return []
  }
}
