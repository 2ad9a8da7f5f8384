/** An API of the user's own: a module whose default export builds requests and reads answers. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ConfigError, suggestion } from '../config/errors.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'
import type { Api, ChoiceReading, Reading, Usage } from './api.ts'
import { withoutFields } from './body.ts'
import { count, usageOf } from './reading.ts'

/**
 * The default export of a module given as `--api ./my-api.ts`, or as `--api custom --custom-api ./my-api.ts`.
 *
 * It is imported in each load thread: what it keeps in its variables is not shared. Functions must be synchronous, and
 * fast: they run where times are taken.
 */
export interface CustomApi {
  name?: string
  /** Appended to a base URL, for instance `/v1/generate`. Absent: `url` is the full endpoint. */
  path?: string
  /** Headers beside content type and accept. Absent: `authorization: Bearer <apiKey>`. */
  headers?(config: ResolvedConfig): Record<string, string>
  /** The JSON body of the request for a prompt. */
  buildRequest(prompt: Prompt, config: ResolvedConfig): Record<string, unknown>
  /**
   * What one event of a stream says; `event` is its parsed JSON. Absent: the API does not stream.
   * An event with output sets `text` (or `hasOutput`), the last one `finishReason`, unless `[DONE]` ends the stream.
   */
  onEvent?(event: unknown, eventType: string): Reading
  /** What a whole answer says; needed without `onEvent`, or with `stream: false`. */
  parseResponse?(answer: unknown): Reading
}

/**
 * The module that `api` (and `customApi`) name, as a URL; undefined for an API of ours.
 * @throws ConfigError for a module that is missing, and for `customApi` without `api: 'custom'`
 */
export function customReference({
  api,
  customApi,
}: {
  api: string
  customApi?: string | undefined
}): string | undefined {
  if (api === 'custom' && customApi === undefined)
    throw new ConfigError('option "customApi": api custom needs the path of its module, as ./my-api.ts', 'customApi')
  if (api !== 'custom' && customApi !== undefined)
    throw new ConfigError(`option "customApi": goes with api "custom", but api is "${api}"`, 'customApi')
  if (api === 'custom') return moduleUrl(customApi!, 'customApi')
  return /[/\\]|\.[cm]?[jt]s$/.test(api) ? moduleUrl(api, 'api') : undefined
}

function moduleUrl(path: string, option: string): string {
  if (path.startsWith('file:')) return path
  const file = resolve(path)
  if (!existsSync(file)) throw new ConfigError(`option "${option}": there is no file "${file}"`, option)
  return pathToFileURL(file).href
}

/**
 * Imports a module and checks what it exports.
 * @param url as customReference gives it
 * @throws ConfigError saying what is wrong with the module
 */
export async function loadCustomApi(url: string): Promise<Api> {
  const file = fileURLToPath(url)
  let exports: { default?: unknown }
  try {
    exports = (await import(url)) as { default?: unknown }
  } catch (error) {
    throw refused(file, `cannot be imported: ${(error as Error).message}`)
  }
  return wrap(checked(exports.default, file), file)
}

const MEMBERS = {
  name: 'string',
  path: 'string',
  headers: 'function',
  buildRequest: 'function',
  onEvent: 'function',
  parseResponse: 'function',
}

function checked(value: unknown, file: string): CustomApi {
  if (typeof value !== 'object' || value === null)
    throw refused(file, 'has no default export; write "export default { buildRequest, onEvent } satisfies CustomApi"')
  const members = Object.keys(MEMBERS)
  for (const [key, member] of Object.entries(value)) {
    if (!members.includes(key))
      throw refused(file, `its default export has an unknown member "${key}"${suggestion(key, members)}`)
    const wanted = MEMBERS[key as keyof typeof MEMBERS]
    if (member !== undefined && typeof member !== wanted)
      throw refused(file, `"${key}" must be a ${wanted}, got ${typeof member}`)
  }
  const api = value as Partial<CustomApi>
  if (api.buildRequest === undefined) throw refused(file, 'its default export lacks "buildRequest"')
  if (api.onEvent === undefined && api.parseResponse === undefined)
    throw refused(file, 'its default export needs "onEvent" for streams, "parseResponse" for whole answers, or both')
  return value as CustomApi
}

function wrap(custom: CustomApi, file: string): Api {
  const { path, onEvent, parseResponse } = custom
  const name = custom.name ?? basename(file)
  return {
    name,
    description: `the module ${file}`,
    paths: path === undefined ? [] : [path.startsWith('/') ? path : `/${path}`],
    streams: onEvent !== undefined,
    // What its functions make of a text is not known: each event goes through them.
    uniform: false,
    // All types of events are its own.
    eventTypes: /^/,
    check(config) {
      if (!config.stream && parseResponse === undefined)
        throw refused(file, 'its default export lacks "parseResponse", which stream: false needs')
    },
    ...(custom.headers === undefined ? {} : { headers: (config) => lowerCase(custom.headers!(config)) }),
    buildRequest(prompt, config) {
      let body: unknown
      try {
        body = custom.buildRequest(prompt, config)
      } catch (error) {
        throw refused(file, `buildRequest threw ${String(error)} for the prompt ${shown(prompt)}`)
      }
      if (typeof body === 'object' && body !== null && !Array.isArray(body) && !(body instanceof Promise))
        return withoutFields(body as Record<string, unknown>, config.extraArgs)
      throw refused(file, `buildRequest must return an object, got ${shown(body)}`)
    },
    readEvent: (event, type) => reading('onEvent', () => onEvent!.call(custom, event, type)),
    readAnswer: (answer) =>
      parseResponse === undefined
        ? { malformed: `${name}: a whole answer came, but there is no parseResponse` }
        : reading('parseResponse', () => parseResponse.call(custom, answer)),
  }
}

/** A mistake in the user's function is a recorded failure of the request it was made for. */
function reading(member: string, read: () => Reading): Reading {
  let value: unknown
  try {
    value = read()
  } catch (error) {
    return { malformed: `${member} threw ${String(error)}` }
  }
  if (value === undefined || value === null) return { missing: `${member} found nothing in the answer` }
  if (typeof value !== 'object' || value instanceof Promise)
    return { malformed: `${member} must return an object, not a promise or a ${typeof value}` }
  const given = value as Reading
  const wrong = [given as ChoiceReading, ...(given.more ?? [])].find(
    ({ text }) => text !== undefined && typeof text !== 'string',
  )
  if (wrong !== undefined) return { malformed: `${member} returned a "text" that is no string: ${shown(wrong.text)}` }
  if (given.usage !== undefined) given.usage = checkedUsage(given.usage)
  // Output is a package, whether its author says so or not.
  return given.isPackage === undefined && (given.text || given.hasOutput) ? { ...given, isPackage: true } : given
}

/** Counts that cannot be are not reported ones. */
function checkedUsage({ inputTokens, outputTokens, cachedTokens, reasoningTokens }: Usage): Usage {
  const checked = usageOf({
    inputTokens: count(inputTokens),
    outputTokens: count(outputTokens),
    cachedTokens: count(cachedTokens),
    reasoningTokens: count(reasoningTokens),
  })
  return checked.usage ?? {}
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

function shown(value: unknown): string {
  const text = value instanceof Promise ? 'a promise' : (JSON.stringify(value) ?? String(value))
  return text.length > 200 ? `${text.slice(0, 197)}…` : text
}

function refused(file: string, reason: string): ConfigError {
  return new ConfigError(`custom API ${file}: ${reason}`, 'api')
}
