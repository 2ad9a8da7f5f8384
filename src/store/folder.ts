/** Creates a folder and those above it. */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

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
