/** The log of a server we started: it may have printed the key it was given. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { maskNamed, type Secrets } from '../secrets/index.ts'

/** A larger log is not read into memory. */
const LARGEST_BYTES = 256 << 20

/** The logs of servers that a killed run may have left in a folder: of a scenario, and of the sides of a comparison. */
const SERVER_LOG = /(_server(_\d+)*|_(baseline|candidate)(_.*)?)\.log$/

/**
 * Takes out of logs what looks like a secret: those of the run are not known any more.
 *
 * @param known further ones, as those of the environment
 * @returns the logs that had any
 */
export function scrubLogsIn(folder: string, known: Secrets): string[] {
  const hide = (text: string): string => maskNamed(known.hide(text))
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && SERVER_LOG.test(entry.name))
    .map(({ name }) => join(folder, name))
    .filter((path) => scrubWith(path, hide))
}

/** Takes secrets out of a file that nobody writes to any more. One that is not there is none of our business. */
export function scrubLog(path: string, { spellings, hide }: Secrets): void {
  if (spellings.length > 0) scrubWith(path, hide)
}

/** @returns true where something was hidden */
function scrubWith(path: string, hide: (text: string) => string): boolean {
  try {
    if (statSync(path).size > LARGEST_BYTES) return false
    // Latin-1 keeps every byte as it is, whatever the server printed.
    const text = readFileSync(path, 'latin1')
    const shown = hide(text)
    if (shown !== text) writeFileSync(path, shown, 'latin1')
    return shown !== text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}
