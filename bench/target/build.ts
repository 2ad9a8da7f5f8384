/** Compiles the native load target where a C compiler is there; once per source, kept in the temporary folder. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type BuiltTarget = { path: string } | { path: undefined; reason: string }

const SOURCES = ['sse-target.c', 'answer.c', 'connection.c'].map(besideThis)
const HEADERS = ['target.h'].map(besideThis)

/** The path of the compiled target, or why there is none. */
export function buildTarget(): BuiltTarget {
  if (process.platform !== 'linux')
    return { path: undefined, reason: `the native target needs Linux (epoll), this is ${process.platform}` }
  const compilers = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang']
  const hash = createHash('sha256').update(process.arch)
  for (const file of [...SOURCES, ...HEADERS]) hash.update(readFileSync(file))
  const folder = join(tmpdir(), `perfgate-bench-${userInfo().uid}`)
  const path = join(folder, `sse-target-${hash.digest('hex').slice(0, 16)}`)
  try {
    makePrivateFolder(folder)
    if (existsSync(path)) return { path }
    // Built under a name of its own and renamed, so that two builds at once cannot meet a half-written file.
    const fresh = `${path}.${process.pid}`
    for (const compiler of compilers) {
      const { error, status, stderr } = spawnSync(compiler, ['-O2', '-o', fresh, ...SOURCES], { encoding: 'utf8' })
      if (error) continue
      if (status !== 0)
        return { path: undefined, reason: `${compiler} could not compile the native target: ${stderr.trim()}` }
      chmodSync(fresh, 0o700)
      renameSync(fresh, path)
      return { path }
    }
  } catch (error) {
    return { path: undefined, reason: `the native target could not be built in ${folder}: ${(error as Error).message}` }
  }
  return { path: undefined, reason: `no C compiler found (tried ${compilers.join(', ')})` }
}

function besideThis(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** The temporary folder is everybody's: what is run from it must lie where nobody else can write. */
function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (uid !== userInfo().uid || (mode & 0o022) !== 0)
    throw new Error('the folder belongs to, or can be written by, somebody else')
}
