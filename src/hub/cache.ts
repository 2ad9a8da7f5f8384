/** Where files of hubs lie on this machine: in our own cache, or in those of the hubs' clients. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HubFile, Source } from './sources.ts'

/** The file's place in our own cache, where a download goes and where a copy can be put by hand. */
export function cachePath(source: Source, { kind, id, file }: HubFile): string {
  return join(cacheFolder(), source, kind, id, file)
}

/** The file, if any cache of this machine holds it. */
export function findCached(sources: readonly Source[], file: HubFile): string | undefined {
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
