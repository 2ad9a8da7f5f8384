/** Temporary files of all tests, and of the programs they start, lie in one folder, which goes when the last has ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAME = 'perfgate-tests-'

/** @returns what removes the folder; nothing where another project of the run has made it */
export default function makeTemporaryFolder(): (() => void) | undefined {
  if (tmpdir().includes(NAME)) return undefined
  const folder = mkdtempSync(join(tmpdir(), NAME))
  process.env['TMPDIR'] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
