/** Files that others chose: read only regular files below their folder, up to a size limit. */
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { liesWithin } from '../config/files/index.ts'

/** Of a file that is read whole, such as a picture: no server takes a request this long. */
export const LARGEST_PART_BYTES = 64 * 1024 * 1024

/**
 * The path of a file that a data set or a model names, or that lies in its folder. What counts is where it really lies:
 * `..`, absolute names and links lead no further than the folder.
 *
 * @param folder as the user named it; it may be a link itself
 * @param name relative to the folder, or absolute
 * @returns a path to be read, links not resolved, so that its name and extension stay
 * @throws Error with the reason and the remedy, for the end of a message
 */
export function pathWithin(folder: string, name: string): string {
  const path = isAbsolute(name) ? name : join(folder, name)
  if (!liesWithin(rootOf(realpathSync(folder)), path))
    throw new Error(`it lies outside the folder "${folder}"; copy it into the folder, as nothing else is read`)
  return path
}

/**
 * @param maxBytes unlimited where the file is read bit by bit
 * @throws Error with the reason and the remedy, when it is no regular file or a larger one
 */
export function requireRegular(path: string, maxBytes = Number.POSITIVE_INFINITY): Stats {
  const stats = statSync(path)
  if (stats.isDirectory()) throw new Error('it is a folder; name a file in it')
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, not a regular file; write its data to a file`)
  if (stats.size > maxBytes)
    throw new Error(
      `it has ${Math.ceil(stats.size / 2 ** 20)} MiB, more than the limit of ${maxBytes / 2 ** 20} MiB; use a smaller file`,
    )
  return stats
}

/** The bytes of a regular file. @throws Error as `requireRegular`, or the system's when it cannot be read */
export function readWhole(path: string, maxBytes = LARGEST_PART_BYTES): Buffer {
  requireRegular(path, maxBytes)
  return readFileSync(path)
}

/** Why a file could not be read and what to do about it, for the end of a message. */
export function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return `no such file; check the path (a relative one starts at ${process.cwd()})`
  if (code === 'ELOOP') return 'its links lead in a circle; put the file itself in their place'
  if (code === 'EISDIR') return 'it is a folder; name a file in it'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied; make it readable for this user'
  return message
}

/**
 * What a folder's files may link to: the folder, and of a snapshot in Hugging Face's cache the repository, whose
 * `snapshots/<commit>/<file>` are links to its `blobs`.
 */
function rootOf(folder: string): string {
  const snapshots = dirname(folder)
  const repository = dirname(snapshots)
  const isSnapshot = basename(snapshots) === 'snapshots' && /^(datasets|models)--/.test(basename(repository))
  return isSnapshot ? repository : folder
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}
