/** Runs the CLI as a process of its own, and looks at what it leaves behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Result, resultSchema } from '../../src/result/index.ts'
import { BIN } from '../program.ts'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** What it has said until now. */
  stderr(): string
}

export const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-faults-'))

export function perfgate(args: readonly string[], env: Record<string, string> = {}): Running {
  return running(process.execPath, [BIN, ...args], env)
}

/** The same through a shell, which sets a limit first or prepares a file system: `"$@"` stands for the command. */
export function perfgateIn(script: string, args: readonly string[]): Running {
  return running('sh', ['-c', script, 'sh', process.execPath, BIN, ...args], {})
}

function running(program: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...output }))
  })
  return { child, ended, stderr: () => output.stderr }
}

export function named(outputs: string, pattern: RegExp): string {
  const name = readdirSync(outputs).find((file) => pattern.test(file))
  if (name === undefined) throw new Error(`no file like ${pattern} in ${outputs}: ${readdirSync(outputs).join(', ')}`)
  return join(outputs, name)
}

export const dbOf = (outputs: string): string => named(outputs, /\.db$/)

export function resultOf(outputs: string, pattern = /_benchmark.*\.json$/): Result {
  return resultSchema.parse(JSON.parse(readFileSync(named(outputs, pattern), 'utf8')))
}

/** @throws when the DB is damaged, or SQLite cannot open it */
export function soundRows(path: string, columns: string): Record<string, number | string | null>[] {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const [found] = db.prepare('PRAGMA integrity_check').all()
    if (found?.['integrity_check'] !== 'ok') throw new Error(`${path}: ${found?.['integrity_check']}`)
    return db.prepare(`SELECT ${columns} FROM result`).all() as Record<string, number | string | null>[]
  } finally {
    db.close()
  }
}
