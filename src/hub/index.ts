/** Files of model hubs by name: from a cache of this machine, or downloaded where that is wanted and possible. */
import { existsSync } from 'node:fs'
import { ConfigError, type OptionName } from '../config/index.ts'
import { cachePath, findCached } from './cache.ts'
import { download } from './download.ts'
import { type HubFile, SOURCES, type Source } from './sources.ts'

export { LARGEST_PART_BYTES, pathWithin, readWhole, requireRegular, unreadable } from './localFiles.ts'
export type { HubFile, Kind, Source } from './sources.ts'

export interface Wanted extends HubFile {
  /** `local`: never downloaded. */
  source: Source | 'local'
  /** The option an error is about. */
  option: OptionName
  /** True where a repository need not have the file: then nothing is an answer. */
  optional?: boolean
  notice(text: string): void
}

/** `owner/name`, as hubs name repositories; `./name`, `../name`, `~/name` and names of JSON files are paths. */
export function isHubName(name: string): boolean {
  return /^\w[\w.-]*\/\w[\w.-]*$/.test(name) && !/\.(json|jinja|model)$/i.test(name)
}

/**
 * The path of a hub's file on this machine; undefined only for an optional one that the hub does not have.
 * @throws ConfigError saying which file to put where, when it is neither here nor to be had
 */
export async function locate(wanted: Wanted): Promise<string | undefined> {
  const { source, optional, notice } = wanted
  const cached = findCached(source === 'local' ? ['modelscope', 'huggingface'] : [source], wanted)
  if (cached !== undefined) return cached
  const path = cachePath(source === 'local' ? 'huggingface' : source, wanted)
  if (source === 'local') return optional ? undefined : fail(wanted, path, 'it is not on this machine')
  if (process.env['HF_HUB_OFFLINE'] === '1') return optional ? undefined : fail(wanted, path, 'HF_HUB_OFFLINE is set')
  try {
    const remote = await SOURCES[source](wanted)
    if (remote === undefined) return optional ? undefined : fail(wanted, path, `${source} has no such file`)
    await download(remote, path, notice)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    if (existsSync(path)) return path
    return fail(wanted, path, reasonOf(error))
  }
  return path
}

function fail({ id, file, kind, source, option }: Wanted, path: string, reason: string): never {
  const what = kind === 'datasets' ? 'dataset' : 'model'
  const from = source === 'local' ? '' : ` from ${source}`
  const other =
    source === 'local' ? '' : `, or take it from ${source === 'modelscope' ? 'huggingface' : 'modelscope'} (dataSource)`
  throw new ConfigError(
    `option "${option}": cannot get "${file}" of ${what} ${id}${from}: ${reason}; put the file at ${path}, or name it with ${option}${other}`,
    option,
  )
}

/** Node's fetch says "fetch failed" and puts the reason into the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  const { code, message: causeMessage } = (cause ?? {}) as NodeJS.ErrnoException
  return code !== undefined && !message.includes(code) ? `${message} (${code})` : (causeMessage ?? message)
}
