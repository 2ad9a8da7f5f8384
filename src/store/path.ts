/** File names of a run: safe, telling, and never those of another run. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { makeFolder } from './folder.ts'

export interface PathParts {
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
