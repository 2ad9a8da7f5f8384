/** The protocols of endpoints; adding one is one file and one line here. */
// Not from the folder's index: load threads come here too, and have no use for the whole schema.
import { ConfigError, suggestion } from '../config/errors.ts'
import { anthropic } from './anthropic.ts'
import type { Api } from './api.ts'
import { loadCustomApi } from './custom.ts'
import { dashscope } from './dashscope.ts'
import { local, localVllm } from './local.ts'
import { openai } from './openai.ts'
import { openaiEmbedding } from './openaiEmbedding.ts'
import { openaiRerank } from './openaiRerank.ts'
import { openaiResponses } from './openaiResponses.ts'

export type { Api, ChoiceReading, CountedInput, DefaultOption, Reading, Usage } from './api.ts'
export { bearer } from './bearer.ts'
export { outputLimit, withExtraArgs, withOutputLimit, withoutFields } from './body.ts'
export { type CustomApi, customReference } from './custom.ts'
export { addedPath, resolveEndpoint } from './endpoint.ts'

export const APIS: readonly Api[] = [
  openai,
  openaiResponses,
  openaiEmbedding,
  openaiRerank,
  dashscope,
  anthropic,
  local,
  localVllm,
]

/**
 * An API by its reference: a name of ours, or the URL of a user's module (`customReference`).
 * @throws ConfigError when there is no such API, or the module is not one
 */
export async function loadApi(reference: string): Promise<Api> {
  return reference.startsWith('file:') ? loadCustomApi(reference) : findApi(reference)
}

/** @throws ConfigError when there is no such API of ours */
export function findApi(name: string): Api {
  const wanted = name.replaceAll('-', '_')
  const api = APIS.find((candidate) => candidate.name === wanted || candidate.aliases?.includes(wanted))
  if (api === undefined)
    throw new ConfigError(
      `option "api": unknown value "${name}"${suggestion(name, [
        ...APIS.flatMap((one) => [one.name, ...(one.aliases ?? [])]),
        'custom',
      ])}, or the path of a module of your own, as ./my-api.ts`,
      'api',
    )
  return api
}
