/** Runs the real Vitest on one of the small projects beside this file, as a user's shell would. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

export const projectPath = (project: string): string => fileURLToPath(new URL(`./projects/${project}`, import.meta.url))

export const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

/** @param environment added to this process's own, with what Vitest has put there taken away */
export function startVitest(project: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
  return startNode(projectPath(project), [VITEST, ...args], environment)
}

export function startNode(cwd: string, args: string[], environment: Record<string, string>): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV$|VITE_|DEV$|PROD$|MODE$|SSR$|BASE_URL$|FORCE_|GITHUB_)/.test(name),
  )
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment }
  return spawn(process.execPath, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe', 'ipc'] })
}

export async function finished(child: ChildProcess): Promise<Finished> {
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.setEncoding('utf8').on('data', (text: string) => (output[stream] += text))
  child.stdin!.end()
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  return { code, ...output }
}

export const runVitest = (project: string, args: string[], environment?: Record<string, string>): Promise<Finished> =>
  finished(startVitest(project, ['run', ...args], environment))

/** A folder for what one test, or one file of tests, writes. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'perfgate-vitest-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function testFolder(): string {
  const { path, remove } = temporaryFolder()
  onTestFinished(remove)
  return path
}
