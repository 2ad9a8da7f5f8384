/** The connection test of a run, and what of the defaults is left out because the endpoint rejects it. */
import { type Api, type DefaultOption, outputLimit, withOutputLimit } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { bodyArgs, type Message, type TimedPrompt } from '../datasets/index.ts'
import type { Secrets } from '../secrets/index.ts'
import { testConnection } from './connectionTest.ts'
import type { Endpoint } from './endpoint.ts'
import { buildBody } from './requests.ts'

export interface ContactOptions {
  config: ResolvedConfig
  api: Api
  /** What the user wrote: that is never left out. */
  given: ReadonlySet<string>
  endpoint: Pick<Endpoint, 'url' | 'path' | 'added' | 'route'>
  headers: string[]
  secrets: Secrets
  signal: AbortSignal | undefined
  onNotice: ((text: string) => void) | undefined
}

/** What an endpoint may change in a scenario. */
export const ADJUSTED = ['maxTokens', 'maxCompletionTokens', 'temperature', 'streamUsage'] as const

/** The options of ours that the endpoint changed, as they are now; null for one that is left out. */
export function changesOf(asked: ResolvedConfig, taken: ResolvedConfig): Record<string, unknown> {
  const changed = ADJUSTED.filter((name) => asked[name] !== taken[name])
  return Object.fromEntries(changed.map((name) => [name, taken[name] ?? null]))
}

/** The prompt of the test: short, and no prompt of a run, whose beginning it would put into the server's cache. */
const WORDS = 'Connection test: say "ready".'
/** max_tokens by both its names, temperature and stream_options, and one more. */
const MOST_TESTS = 5
const WORDS_SHOWN = 200

/**
 * Tests the connection with a body of the scenario's own form. A default that the endpoint rejects by name is left out,
 * `max_tokens` sent as `max_completion_tokens`, and the test repeated.
 *
 * @param first a prompt of the run, whose kind the test's has
 * @returns the scenario that the endpoint takes: the same object where it took all
 * @throws EndpointError as `testConnection` does
 */
export async function makeContact(first: TimedPrompt, options: ContactOptions): Promise<ResolvedConfig> {
  const { api, endpoint, headers, secrets, signal, onNotice } = options
  let { config } = options
  if (config.noTestConnection) return config
  for (let tests = 1; ; tests++) {
    const body = testBody(first, config, api, endpoint.path)
    const rejection = await testConnection({
      url: endpoint.url,
      added: endpoint.added,
      api,
      stream: config.stream,
      route: endpoint.route,
      headers,
      body: JSON.stringify(body),
      connectTimeoutMs: config.connectTimeout * 1000,
      readTimeoutMs: config.readTimeout * 1000,
      totalTimeoutMs: config.totalTimeout * 1000,
      maxEventBytes: config.maxEventBytes,
      signal,
      secrets,
    })
    if (rejection === undefined) return config
    const field = rejectedField(rejection.text, body, api)
    if (field === undefined || tests === MOST_TESTS) throw rejection.error()
    const adjusted = withoutField(field, first, { ...options, config })
    if (adjusted === undefined)
      throw rejection.error(`; "${field}" comes from your scenario: change it, or leave it out`)
    const words = rejection.words.replace(/\s+/g, ' ').slice(0, WORDS_SHOWN)
    onNotice?.(`the endpoint rejects "${field}" (${words}): ${adjusted.words}`)
    config = adjusted.config
  }
}

function testBody(first: TimedPrompt, config: ResolvedConfig, api: Api, path: string): Record<string, unknown> {
  const limit = outputLimit(config)
  const tokens = first.maxTokens ?? (Array.isArray(limit) ? Math.min(...limit) : undefined)
  const settled = withOutputLimit({ ...config, extraArgs: bodyArgs(config) }, tokens)
  return buildBody(testPrompt(first), settled, api, path)
}

/** The kind of prompt that the run sends, with words of the test's own. A body of unknown form stays as it is. */
function testPrompt(first: TimedPrompt): TimedPrompt {
  const messages: Message[] = [{ role: 'user', content: WORDS }]
  if ('body' in first) {
    const { body } = first
    const own: Record<string, unknown> = { messages, prompt: WORDS, input: WORDS, query: WORDS }
    const replaced = Object.entries(body).map(([name, value]) => {
      const isNested = name === 'input' && typeof value === 'object' && !Array.isArray(value)
      return [name, isNested ? { messages } : (own[name] ?? value)]
    })
    return { body: Object.fromEntries(replaced), ...(first.isWhole === undefined ? {} : { isWhole: first.isWhole }) }
  }
  if (first.rerank !== undefined) return { text: WORDS, rerank: { query: WORDS, documents: ['ready', 'not ready'] } }
  if (first.inputs !== undefined) return { text: WORDS, inputs: [WORDS] }
  return 'messages' in first ? { messages } : { text: WORDS }
}

/** The field with a default that the server's words are about: the one it names as such, or else the first it names. */
function rejectedField(text: string, body: Record<string, unknown>, { defaultFields = {} }: Api): string | undefined {
  const fields = Object.keys(defaultFields).filter((name) => holds(body, name))
  const named = namedFields(text)
  const exact = fields.find((name) => named.some((one) => one === name || one.startsWith(`${name}.`)))
  if (exact !== undefined) return exact
  const places = fields
    .map((name) => ({ name, at: text.search(new RegExp(`\\b${name}\\b`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
  return places[0]?.name
}

/** OpenAI's `param`, and the `loc` of FastAPI: what comes beside them may repeat the whole request. */
function namedFields(text: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text)
    const answer = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown>
    const { param } = (answer['error'] ?? answer) as { param?: unknown }
    const details = Array.isArray(answer['detail']) ? (answer['detail'] as ({ loc?: unknown } | null)[]) : []
    const places = details.flatMap((one) => (Array.isArray(one?.loc) ? (one.loc as unknown[]) : []))
    return [param, ...places].filter((one) => typeof one === 'string')
  } catch {
    return []
  }
}

/** The scenario without a field, and what is said of it; undefined: the user wants it. */
function withoutField(
  field: string,
  first: TimedPrompt,
  { config, api, given }: ContactOptions,
): { config: ResolvedConfig; words: string } | undefined {
  const option: DefaultOption = api.defaultFields![field]!
  if (holds(config.extraArgs, field) || holds(config.queryTemplate ?? {}, field)) return undefined
  if (first.isWhole && field !== 'stream_options') return undefined
  if (field === 'max_tokens' && 'max_completion_tokens' in api.defaultFields!) {
    const limit = config.maxTokens ?? first.maxTokens ?? null
    if (limit !== null && config.maxCompletionTokens === undefined && !holds(config.extraArgs, 'max_completion_tokens'))
      return {
        config: { ...config, maxTokens: null, maxCompletionTokens: limit },
        words: `"max_completion_tokens" is sent instead; --max-completion-tokens ${[limit].flat().join(' ')} asks for that`,
      }
  }
  const isGiven = given.has(option) || (field === 'max_completion_tokens' && given.has('maxCompletionTokens'))
  if (isGiven || (option === 'maxTokens' && first.maxTokens !== undefined)) return undefined
  if (option === 'streamUsage')
    return {
      config: { ...config, streamUsage: false },
      words: 'it is left out, and tokens may have to be counted here; --no-stream-usage asks for that',
    }
  if (option === 'temperature')
    return { config: { ...config, temperature: null }, words: 'it is left out; --temperature none asks for that' }
  return {
    config: { ...config, maxTokens: null, maxCompletionTokens: undefined },
    words: 'it is left out, so that answers are as long as the model likes; --max-tokens none asks for that',
  }
}

/** A body, or one of the objects in it, has the field. */
function holds(body: object, field: string): boolean {
  if (Object.hasOwn(body, field)) return true
  return Object.values(body).some(
    (one) => typeof one === 'object' && one !== null && !Array.isArray(one) && holds(one, field),
  )
}
