/** From patterns and folders to the scenario files they mean. */
import { existsSync, globSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { MODULE_EXTENSIONS, shownPath, TEXT_EXTENSIONS } from '../config/files/index.ts'
import { ConfigError, nearest } from '../config/index.ts'

/** In a folder, modules are scenarios only where their name says so: there are other modules in the world. */
const IN_FOLDERS = `**/*{${[...TEXT_EXTENSIONS, ...MODULE_EXTENSIONS.map((extension) => `.scenario${extension}`)].join(',')}}`

/**
 * The files meant, each once, in the order of the patterns and within one by name. Files whose name begins with `_`
 * are there to be extended, and left out unless they are named.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`
 * @throws ConfigError when one means no file
 */
export function scenarioFiles(patterns: readonly string[], cwd: string): string[] {
  return [...new Set(patterns.flatMap((pattern) => filesOf(pattern, cwd)))]
}

function filesOf(pattern: string, cwd: string): string[] {
  const path = resolve(cwd, pattern)
  if (existsSync(path) && !statSync(path).isDirectory()) return [path]
  const isFolder = existsSync(path)
  if (!isFolder && !/[*?[{]/.test(pattern)) throw new ConfigError(`${pattern}: there is no such file${meant(path)}`)
  const found = globSync(isFolder ? IN_FOLDERS : pattern, {
    cwd: isFolder ? path : cwd,
    exclude: (name) => basename(name) === 'node_modules',
  })
    .map((name) => resolve(isFolder ? path : cwd, name))
    .filter((name) => !basename(name).startsWith('_') && !statSync(name).isDirectory())
    .toSorted()
  if (found.length === 0)
    throw new ConfigError(
      isFolder
        ? `${pattern}: there are no scenario files in this folder (${[...TEXT_EXTENSIONS, '.scenario.ts'].join(', ')})`
        : `${pattern}: no file fits this pattern, from ${shownPath(cwd)}`,
    )
  return found
}

function meant(path: string): string {
  const folder = dirname(path)
  if (!existsSync(folder)) return ''
  const near = nearest(basename(path), readdirSync(folder))
  return near === undefined ? '' : `, did you mean "${near}"?`
}
