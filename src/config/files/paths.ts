/** Paths that a file gives are taken from the folder of that file, wherever the run is started. */
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import type { OptionName } from '../schema.ts'

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

function fromHere(path: string): string {
  const short = relative(process.cwd(), path).replaceAll('\\', '/')
  return short.startsWith('..') || isAbsolute(short) ? path : `./${short}`
}
