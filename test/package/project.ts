/** Projects that have nothing yet, and commands run in them as a user's shell would. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** What an outer npm, Vitest or CI says to its own children is not for these. */
const NOT_INHERITED =
  /^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|VITE_|DEV$|PROD$|MODE$|SSR$|BASE_URL$|FORCE_|GITHUB_|INIT_CWD$|npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix))/

/** The first word is looked for in PATH. Whatever the exit code is, it is returned. */
export function attempt(cwd: string, command: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const [program = '', ...args] = command
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env }, maxBuffer: 1 << 26 }
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ code: (error?.code as number | undefined) ?? 0, stdout, stderr })
    })
  })
}

/** @throws what the command printed, when it fails */
export async function run(cwd: string, command: readonly string[], env?: Record<string, string>): Promise<Ended> {
  const ended = await attempt(cwd, command, env)
  if (ended.code === 0) return ended
  throw new Error(`${command.join(' ')} ended with ${ended.code}\n${ended.stdout}\n${ended.stderr}`)
}

/**
 * What `npm init -y` leaves, and the wish to take packages from npm's cache where they are there.
 *
 * @param more of its package.json
 */
export function emptyProject(folder: string, more: Record<string, unknown> = {}): void {
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module', ...more }
  write(folder, {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    '.npmrc': 'prefer-offline=true\naudit=false\nfund=false\nupdate-notifier=false\n',
  })
}

/** Files by their paths in the folder. */
export function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** An empty folder, gone when the tests of the file or the `describe` are. */
export function fileFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-package-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
