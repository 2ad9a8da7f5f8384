/** Files that the runs of one user on one machine share, whatever project they are of. */
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * In the folder that the system empties, with the user's number in its name: a container may run as a user that has no
 * name, and others may have a file of theirs beside it.
 */
export function userFile(name: string, extension: string): string {
  const user = process.getuid?.() ?? userInfo().username.replace(/[^\w.-]/g, '_')
  return join(tmpdir(), `perfgate-${name}-${user}.${extension}`)
}
