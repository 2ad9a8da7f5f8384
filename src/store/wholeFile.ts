/** Writes a file so that a reader, and a crash, find all of it or nothing. */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { StoreError } from './store.ts'

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
