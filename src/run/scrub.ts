/** The log of a server we started: it may have printed the key it was given. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Secrets } from '../secrets/index.ts'

/** A larger log is not read into memory. */
const LARGEST_BYTES = 256 << 20

/** Takes secrets out of a file that nobody writes to any more. One that is not there is none of our business. */
export function scrubLog(path: string, { spellings, hide }: Secrets): void {
  if (spellings.length === 0) return
  try {
    if (statSync(path).size > LARGEST_BYTES) return
    // Latin-1 keeps every byte as it is, whatever the server printed.
    const text = readFileSync(path, 'latin1')
    const shown = hide(text)
    if (shown !== text) writeFileSync(path, shown, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
