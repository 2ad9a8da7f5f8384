/** Sees that results can be written before anything is sent: a run that cannot keep its figures is not begun. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { makeFolder } from './folder.ts'

/** Room for a result DB with nothing in it but what every run notes of itself. */
const PROBE_BYTES = 128 << 10

/**
 * Writes a small file and takes it away again: permissions, quotas, and file systems that are full or read-only show in
 * nothing else.
 *
 * @throws ConfigError with what the system said
 */
export function requireWritable(outputsDir: string): void {
  const probe = join(outputsDir, `.perfgate-${process.pid}-${Math.random().toString(36).slice(2)}`)
  try {
    makeFolder(outputsDir)
    try {
      writeFileSync(probe, Buffer.alloc(PROBE_BYTES), { flag: 'wx' })
    } finally {
      rmSync(probe, { force: true })
    }
  } catch (error) {
    throw new ConfigError(
      `option "outputsDir": cannot write to "${outputsDir}": ${(error as Error).message}; free space, choose another folder, or keep nothing with store: 'none'`,
      'outputsDir',
    )
  }
}
