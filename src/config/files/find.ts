/** Where a project's config file is, and from where its paths go. Nothing else is loaded for it: most projects have none. */
import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import nodePath, { dirname, isAbsolute, join, type PlatformPath, resolve } from 'node:path'
import { ConfigError } from '../errors.ts'
import type { OptionName } from '../schema.ts'

export const TEXT_EXTENSIONS = ['.yaml', '.yml', '.json'] as const
export const MODULE_EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const

const NAMES = [...TEXT_EXTENSIONS, ...MODULE_EXTENSIONS].map((extension) => `perfgate.config${extension}`)

const PROJECT_MARKS = ['package.json', '.git']

/**
 * The nearest config file, from a folder upward to the end of its project: a config may be code, and one that lies above
 * may be somebody else's. Outside of a project only the folder itself is looked at.
 *
 * @throws ConfigError where a folder has two: nobody could say which one counts
 */
export function findConfigFile(folder: string): string | undefined {
  const from = resolve(folder)
  const end = projectAround(from) ?? from
  for (let here = from; ; here = dirname(here)) {
    const [first, second] = NAMES.map((name) => join(here, name)).filter((path) => existsSync(path))
    if (second !== undefined)
      throw new ConfigError(`${shownPath(first!)} and ${shownPath(second)}: there are two config files; keep one`)
    if (first !== undefined || here === end) return first
  }
}

/** The nearest folder with a package.json or a .git, up to the home folder; undefined where there is none. */
function projectAround(folder: string): string | undefined {
  const home = resolve(homedir())
  for (let here = folder; ; here = dirname(here)) {
    if (PROJECT_MARKS.some((name) => existsSync(join(here, name)))) return here
    if (here === home || here === dirname(here)) return undefined
  }
}

/** Short where it can be: relative to the working folder, unless it lies outside. */
export function shownPath(path: string): string {
  return pathBelow(process.cwd(), path) || path
}

/** A path as a user would type it, `./outputs` for one in the working folder; absolute where it lies outside. */
export function fromHere(path: string): string {
  const below = pathBelow(process.cwd(), path)
  return below === undefined ? path : `./${below}`
}

/**
 * The path from a folder to a file in it, with slashes on every system.
 *
 * @param rules of which system the paths are
 * @returns undefined where it lies outside, for instance on another drive of Windows; empty for the folder itself
 */
export function pathBelow(folder: string, path: string, rules: PlatformPath = nodePath): string | undefined {
  const way = rules.relative(folder, rules.resolve(folder, path))
  if (way === '..' || way.startsWith(`..${rules.sep}`) || rules.isAbsolute(way)) return undefined
  return way.split(rules.sep).join('/')
}

/** Whether a file really lies in a folder or below it: `..` and links lead elsewhere. @throws the system's error where one is missing */
export function liesWithin(folder: string, path: string): boolean {
  return pathBelow(realpathSync(folder), realpathSync(path)) !== undefined
}

/** These are always paths; of the others below only what begins with `./` or `../` is one. */
const ALWAYS: readonly OptionName[] = ['datasetPath', 'outputsDir', 'baselineDir']
const SOMETIMES: readonly OptionName[] = ['api', 'customApi', 'tokenizerPath', 'baseline', 'prompt']

/** @param options by their camelCase names */
export function fromFolderOf(file: string, options: Record<string, unknown>): Record<string, unknown> {
  const folder = dirname(file)
  const moved = { ...options }
  for (const name of [...ALWAYS, ...SOMETIMES]) {
    const value = options[name]
    if (typeof value !== 'string') continue
    const [, at = '', path = ''] = (name === 'prompt' ? /^(@)(.*)$/s : /^()(.*)$/s).exec(value) ?? []
    const isPath = /^\.\.?[\\/]/.test(path) || (ALWAYS.includes(name) && !isAbsolute(path))
    if (isPath) moved[name] = at + fromHere(resolve(folder, path))
  }
  return moved
}
