/** What each process of one run of `node --test` knows of its tests, as files that the others read. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { wallClockMs } from '../../config/clock.ts'
import { shownPath } from '../../config/files/index.ts'
import { machineFolder } from '../../records/index.ts'
import { messageOf, type ReportedTest } from '../../report/index.ts'

export interface Part {
  /** Null while the process runs, and for ever when it was killed. */
  exitCode: number | null
  /** Of the process. */
  file: string
  /** Where results go. */
  folders: string[]
  tests: ReportedTest[]
}

/** Set by the reporter: it makes the summary, of what it finds in this folder. */
const VARIABLE = 'PERFGATE_NODE_TEST_PARTS'
/** Longer than any run: what is older belongs to a run that was killed. */
const OLD_MS = 24 * 3_600_000
const LOCK_MS = 5_000

export function partsForReporter(): string | undefined {
  return process.env[VARIABLE]
}

/** For this process and those that it starts, which are told where it is. */
export function openParts(): string {
  const { path: folder } = machineFolder()
  const parts = mkdtempSync(join(folder ?? tmpdir(), folder === undefined ? 'perfgate-' : 'node-test-reporter-'))
  process.env[VARIABLE] = parts
  return parts
}

/**
 * `node --test` gives each file a process of its own, all with one parent, by which they find each other.
 *
 * @returns undefined in a process by itself, and where no folder can be trusted
 */
export function partsOfSiblings(): string | undefined {
  const isChild = process.env['NODE_TEST_CONTEXT']?.startsWith('child') === true
  const { path: folder } = isChild ? machineFolder() : { path: undefined }
  return folder === undefined ? undefined : join(folder, `node-test-run-${process.ppid}`)
}

export function writePart(folder: string, part: Part): void {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${process.pid}.json`)
  writeFileSync(`${path}.new`, JSON.stringify(part))
  renameSync(`${path}.new`, path)
}

/** By file, the latest process of each. */
export function readParts(folder: string): Part[] {
  const parts = new Map<string, Part>()
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => a.at - b.at)
  for (const { path, at } of paths) {
    if (at < wallClockMs() - OLD_MS) continue
    const part = JSON.parse(readFileSync(path, 'utf8')) as Part
    parts.set(part.file, part)
  }
  return [...parts.values()]
}

/** One process at a time: the last to write has read what all the others wrote. */
export function withLock(folder: string, work: () => void): void {
  const lock = join(folder, 'lock')
  mkdirSync(folder, { recursive: true })
  const until = wallClockMs() + LOCK_MS
  while (!tryLock(lock)) {
    // Of a process that was killed.
    if (wallClockMs() > until) break
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
  }
  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

/** As it is shown: from the working folder. */
export function shownFile(path: string | undefined): string {
  return path === undefined ? '' : shownPath(resolve(path))
}

/** `node:test` wraps what was thrown. */
export function thrownIn(error: unknown): { error: { name?: string }; message: string; failureType?: string } {
  const { cause, failureType } = (error ?? {}) as { cause?: unknown; failureType?: string }
  const thrown = (typeof cause === 'object' && cause !== null ? cause : error) as { name?: string; message?: string }
  const message = typeof cause === 'string' ? cause : messageOf({ ...named(thrown), message: thrown?.message ?? '' })
  return { error: named(thrown), message, ...(failureType === undefined ? {} : { failureType }) }
}

function named(error: { name?: string } | undefined): { name?: string } {
  return error?.name === undefined ? {} : { name: error.name }
}
