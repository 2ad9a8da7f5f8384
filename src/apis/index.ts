/** The protocols of endpoints; adding one is one file and one line here. */
// Not from the folder's index: load threads come here too, and have no use for the whole schema.
import { ConfigError } from '../config/errors.ts'
import { suggestion } from '../config/suggest.ts'
import type { Api } from './api.ts'
import { openai } from './openai.ts'

export type { Api, Reading, Usage } from './api.ts'
export { resolveEndpoint } from './endpoint.ts'

export const APIS: readonly Api[] = [openai]

/** @throws ConfigError when there is no such API */
export function findApi(name: string): Api {
  const api = APIS.find((candidate) => candidate.name === name)
  if (api === undefined)
    throw new ConfigError(
      `option "api": unknown value "${name}"${suggestion(
        name,
        APIS.map((a) => a.name),
      )}`,
      'api',
    )
  return api
}
