/**
 * A folder of this user on this machine, for what runs share with each other: the lock between loads, what was
 * calibrated, parts of a summary. It is private, looked at anew each time, and no link in it is followed; in a home
 * folder, which several machines may share, none of that would be true of this machine.
 */
import { randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { wallClockMs } from '../config/index.ts'

/** Where it is, or in words why there is none that can be trusted. */
export type MachineFolder = { path: string; fault: undefined } | { path: undefined; fault: string }

/** Nothing that runs share is larger. */
const MOST_BYTES = 64 << 10
/** What a killed process left is swept when it is older than any run. */
const OLD_MS = 24 * 3_600_000

/** `<tmp>/perfgate-<uid>`, made where it is missing: a container may run as a user that has no name. */
export function machineFolder(): MachineFolder {
  const user = process.getuid?.() ?? userInfo().username.replace(/[^\w.-]/g, '_')
  const path = join(tmpdir(), `perfgate-${user}`)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') return { path: undefined, fault: `${path} cannot be created: ${message}` }
  }
  const fault = faultOf(path)
  return fault === undefined ? { path, fault } : { path: undefined, fault: `${path} ${fault}` }
}

/** What lets others read or replace what is in it. */
function faultOf(path: string): string | undefined {
  try {
    const stat = lstatSync(path)
    if (stat.isSymbolicLink()) return 'is a link, which somebody else may have put there; remove it'
    if (!stat.isDirectory()) return 'is not a folder; remove it'
    if (process.getuid !== undefined) {
      if (stat.uid !== process.getuid()) return `belongs to another user (${stat.uid}); set TMPDIR to a folder of yours`
      if ((stat.mode & 0o077) !== 0) return `is open to others (mode ${(stat.mode & 0o777).toString(8)}); remove it`
    }
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return `cannot be used: ${(error as Error).message}`
  }
}

/**
 * The text of a file in the folder.
 *
 * @returns undefined where it is missing, or is anything but a small file of this user: a named pipe is not waited for
 */
export function readMachineFile(path: string): string | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const stat = fstatSync(file)
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Writes a file in the folder as a whole: others may be writing it too. @throws the system's error; no draft is left */
export function writeMachineFile(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Takes away what processes left in the folder that were killed. @param keep names that stay, however old they are */
export function sweepMachineFolder(folder: string, keep: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    try {
      if (!keep.includes(name) && lstatSync(path).mtimeMs < wallClockMs() - OLD_MS)
        rmSync(path, { recursive: true, force: true })
    } catch {
      // Another process swept it.
    }
  }
}
