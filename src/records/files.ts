/** The files of a run: their names and folders, written whole, and which process writes them. */

import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { StoreError } from './store.ts'

interface PathParts {
  outputsDir: string
  model: string
  /** Between the model and the rest, for instance a test's name. */
  label: string | undefined
  /** Of one level of a sweep, for instance `parallel_4`. */
  level: string | undefined
  /** Left out with `--no-timestamp`. */
  startedAt: Date | undefined
  /** What the file holds. Default `benchmark`. */
  kind?: string
  /** Of the file that is created. Default `.db`. */
  ending?: string
}

/**
 * Reserves the file names of a run by creating its DB file (or one with another ending) empty.
 *
 * @returns the path without its ending, beginning with `./` where the outputs folder is given so
 * @throws ConfigError when the folder cannot be created or written
 */
export function reservePath(parts: PathParts): string {
  const names = [
    fileName(parts.model),
    parts.label === undefined ? undefined : fileName(parts.label),
    parts.kind ?? 'benchmark',
    parts.level,
  ]
  if (parts.startedAt) names.push(timestamp(parts.startedAt))
  const stem = names.filter((name) => name !== undefined && name !== '').join('_')
  const folder = parts.outputsDir.replace(/\/+$/, '') || '/'
  try {
    makeFolder(folder)
    for (let attempt = 1; ; attempt++) {
      const name = attempt === 1 ? stem : `${stem}_${attempt}`
      const path = folder.startsWith('./') ? `./${join(folder, name)}` : join(folder, name)
      try {
        closeSync(openSync(path + (parts.ending ?? '.db'), 'wx'))
        return path
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  } catch (error) {
    throw new ConfigError(
      `option "outputsDir": cannot write to "${parts.outputsDir}": ${(error as Error).message}`,
      'outputsDir',
    )
  }
}

/** Two such names, a level and a time fit into the 255 bytes that file systems allow, in any script. */
const MOST_BYTES = 80

/** Devices, whatever follows the first dot, where Windows has such names. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** A name that cannot leave its folder and that every file system takes. */
export function fileName(text: string): string {
  const safe = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
  let bytes = 0
  let kept = ''
  for (const letter of safe) {
    bytes += Buffer.byteLength(letter)
    if (bytes > MOST_BYTES) break
    kept += letter
  }
  return kept.replace(/[.-]+$/, '').replace(RESERVED, '$1_')
}

/** Local time, as in `20260801_235959`. */
export function timestamp(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`
}

/**
 * Node's own `recursive` never returns where a folder cannot be created and the system calls that ENOENT, as in `/proc`.
 *
 * @throws the system's error; also when something else than a folder has the name
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const parent = dirname(path)
    if (code === 'ENOENT' && parent !== path) {
      makeFolder(parent)
      mkdirSync(path)
    } else if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Room for a result DB with nothing in it but what every run notes of itself. */
const PROBE_BYTES = 128 << 10

/**
 * Writes a small file and takes it away again: permissions, quotas, and file systems that are full or read-only show in
 * nothing else.
 *
 * @throws ConfigError with what the system said
 */
export function requireWritable(outputsDir: string): void {
  const probe = join(outputsDir, `.perfgate-${process.pid}-${Math.random().toString(36).slice(2)}`)
  try {
    makeFolder(outputsDir)
    try {
      writeFileSync(probe, Buffer.alloc(PROBE_BYTES), { flag: 'wx' })
    } finally {
      rmSync(probe, { force: true })
    }
  } catch (error) {
    throw new ConfigError(
      `option "outputsDir": cannot write to "${outputsDir}": ${(error as Error).message}; free space, choose another folder, or keep nothing with store: 'none'`,
      'outputsDir',
    )
  }
}

/** @throws StoreError when it cannot be written; what was there before is left as it was */
export function writeWholeFile(path: string, text: string): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, text)
    renameSync(part, path)
  } catch (error) {
    removeIfThere(part)
    throw new StoreError(`cannot write ${path}: ${(error as Error).message}; free space, or choose another folder`)
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It stands in the way, or the file system is read-only; the error that is told says which file.
  }
}

/**
 * In the folder that the system empties, with the user's number in its name: a container may run as a user that has no
 * name, and others may have a file of theirs beside it.
 */
export function userFile(name: string, extension: string): string {
  const user = process.getuid?.() ?? userInfo().username.replace(/[^\w.-]/g, '_')
  return join(tmpdir(), `perfgate-${name}-${user}.${extension}`)
}

export interface Owner {
  pid: number
  /** Stands for the machine's name, which is nobody's business. */
  host: string
  /** What tells this process from a later one with the same number; null where the system does not say. */
  started: string | null
}

export function ownProcess(): Owner {
  return { pid: process.pid, host: thisHost(), started: processStat(process.pid)?.started ?? null }
}

/**
 * @param owner as it was read back from a file
 * @returns undefined where it cannot be known: it runs, or ran, on another machine, or the file does not say
 */
export function isAlive(owner: unknown): boolean | undefined {
  const { pid, host, started } = (typeof owner === 'object' && owner !== null ? owner : {}) as Partial<Owner>
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || host !== thisHost()) return undefined
  const stat = processStat(pid)
  if (stat !== undefined) return stat.state !== 'Z' && (typeof started !== 'string' || stat.started === started)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function thisHost(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 16)
}

/** Linux alone says it; see proc_pid_stat(5), fields 3 and 22. The command's name before them may hold anything. */
function processStat(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, started] = [fields[0], fields[19]]
    return state === undefined || started === undefined ? undefined : { state, started }
  } catch {
    return undefined
  }
}
