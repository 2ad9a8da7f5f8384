/** A place for the target's truth file, gone after use. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function withTruthFile<T>(work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-truth-'))
  try {
    return await work(join(folder, 'truth.jsonl'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
