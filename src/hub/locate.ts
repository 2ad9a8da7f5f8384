/** Where a hub's file lies on this machine: in our own cache, in those of the hubs' clients, or there after a download. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fetchVia } from '../config/fetchVia.ts'
import { ConfigError, type OptionName } from '../config/index.ts'
import type { NetworkOptions } from '../config/route.ts'
import { download, type HubFile, SOURCES, type Source } from './download.ts'

export interface Wanted extends HubFile {
  /** `local`: never downloaded. */
  source: Source | 'local'
  /** The option an error is about. */
  option: OptionName
  /** True where a repository need not have the file: then nothing is an answer. */
  optional?: boolean
  notice(text: string): void
  /** The way to the hub. */
  network?: NetworkOptions
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
    const get = fetchVia(wanted.network)
    const remote = await SOURCES[source](wanted, get)
    if (remote === undefined) return optional ? undefined : fail(wanted, path, `${source} has no such file`)
    await download(remote, path, notice, get)
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

/** The file's place in our own cache, where a download goes and where a copy can be put by hand. */
function cachePath(source: Source, { kind, id, file }: HubFile): string {
  return join(cacheFolder(), source, kind, id, file)
}

/** The file, if any cache of this machine holds it. */
function findCached(sources: readonly Source[], file: HubFile): string | undefined {
  return [
    ...sources.map((source) => cachePath(source, file)),
    ...huggingFaceCopies(file),
    ...modelScopeCopies(file),
  ].find((path) => existsSync(path))
}

function cacheFolder(): string {
  const given = process.env['PERFGATE_CACHE']
  if (given !== undefined && given !== '') return given
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'perfgate')
}

/** `hub/datasets--owner--name/snapshots/<commit>/<file>`, the commit of `refs/main` before others. */
function huggingFaceCopies({ kind, id, file }: HubFile): string[] {
  const home = process.env['HF_HOME'] ?? join(homedir(), '.cache', 'huggingface')
  const repository = join(process.env['HF_HUB_CACHE'] ?? join(home, 'hub'), `${kind}--${id.replace('/', '--')}`)
  const snapshots = join(repository, 'snapshots')
  if (!existsSync(snapshots)) return []
  const main = join(repository, 'refs', 'main')
  const commits = [...(existsSync(main) ? [readFileSync(main, 'utf8').trim()] : []), ...readdirSync(snapshots)]
  return commits.map((commit) => join(snapshots, commit, file))
}

/** `hub/<kind>/owner/name/<file>`; older clients put models right below `hub`, with `___` for dots. */
function modelScopeCopies({ kind, id, file }: HubFile): string[] {
  const home = process.env['MODELSCOPE_CACHE'] ?? join(homedir(), '.cache', 'modelscope')
  const ids = [id, id.replaceAll('.', '___')]
  return ['hub', ''].flatMap((folder) => [
    ...ids.map((name) => join(home, folder, kind, name, file)),
    ...(kind === 'models' ? ids.map((name) => join(home, folder, name, file)) : []),
  ])
}
