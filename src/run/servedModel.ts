/** The model of an endpoint that was named no model: the only one it lists. */
import type { Api } from '../apis/index.ts'
import { type Answered, exchange } from '../client/exchange.ts'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { maskNamed } from '../secrets/index.ts'
import { type Endpoint, requestHeaders } from './endpoint.ts'
import type { RunHooks } from './hooks.ts'
import { secretsOfRun } from './redact.ts'

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
