/** Finds a project's config file. Nothing else is loaded for it: most projects have none. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ConfigError } from '../errors.ts'

export const TEXT_EXTENSIONS = ['.yaml', '.yml', '.json'] as const
export const MODULE_EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const

const NAMES = [...TEXT_EXTENSIONS, ...MODULE_EXTENSIONS].map((extension) => `perfgate.config${extension}`)

/**
 * The nearest config file, from a folder upward.
 *
 * @throws ConfigError where a folder has two: nobody could say which one counts
 */
export function findConfigFile(folder: string): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const [first, second] = NAMES.map((name) => join(here, name)).filter((path) => existsSync(path))
    if (second !== undefined)
      throw new ConfigError(`${shownPath(first!)} and ${shownPath(second)}: there are two config files; keep one`)
    if (first !== undefined || here === dirname(here)) return first
  }
}

/** Short where it can be: relative to the working folder, unless it lies outside. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), resolve(path))
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere.replaceAll('\\', '/')
}
