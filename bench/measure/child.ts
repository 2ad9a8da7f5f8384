/** Runs a client as a child process, pinned to a core, and reads the JSON object it prints last. */
import { spawn } from 'node:child_process'
import { type Core, pinned } from './cores.ts'

export interface ChildOptions {
  core: Core | undefined
  /** The child is ended after this. */
  timeoutMs: number
  cwd?: string
  env?: NodeJS.ProcessEnv
}

const KEPT_ERROR_TEXT = 2000

/** @throws Error with the end of what it said on stderr, when it fails, takes too long or prints no JSON */
export async function runChild<T>(command: string, args: readonly string[], options: ChildOptions): Promise<T> {
  const text = await runText(command, args, options)
  const line = text.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line) as T
  } catch {
    throw new Error(`${describe(command, args)} printed no JSON object: ${line.slice(0, 200)}`)
  }
}

/** What it printed on stdout. @throws as `runChild` does */
export function runText(
  command: string,
  args: readonly string[],
  { core, timeoutMs, cwd, env }: ChildOptions,
): Promise<string> {
  const [file, fileArgs] = pinned(core, command, args)
  return new Promise((resolve, reject) => {
    const child = spawn(file, fileArgs, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      cwd,
      env: env ?? process.env,
    })
    let out = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT_ERROR_TEXT)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out)
      else reject(new Error(`${describe(command, args)} ended with ${signal ?? `code ${code}`}: ${errors.trim()}`))
    })
  })
}

function describe(command: string, args: readonly string[]): string {
  return [command.split('/').at(-1), ...args.map((arg) => arg.split('/').at(-1))].join(' ').slice(0, 120)
}
