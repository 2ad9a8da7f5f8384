/** A folder with files for one test, and the working folder of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** @param files by their relative names */
export function placeWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-scenarios-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const home = process.cwd()
  process.chdir(folder)
  onTestFinished(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** The message of what is thrown. */
export function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'nothing was thrown'
}
