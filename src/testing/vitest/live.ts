/**
 * How far a load is, from the worker that runs it to the terminal of Vitest.
 *
 * Vitest's own way from a worker keeps what goes there, in reports too. So the worker writes one small file, again and
 * again, and the reporter looks at it once a second.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import type { Vitest } from 'vitest/node'
import type { RunProgress } from '../../run/index.ts'
import { progressLine } from '../../run/progressLine.ts'
import { addToSummary } from './internals.ts'

const LOOK_MS = 1000
/** In logs. */
const LINE_EVERY_MS = 15_000

const files = new WeakMap<Vitest, string>()

/** The file of this run, for all of its projects: only one load runs at a time. */
export function liveFileOf(vitest: Vitest): string {
  const path = files.get(vitest) ?? join(tmpdir(), `perfgate-live-${randomUUID()}`)
  files.set(vitest, path)
  return path
}

/** In a worker. The last call, without progress, takes the file away. */
export function writeProgress(path: string, name: string): (progress: RunProgress | undefined) => void {
  let lastAt = Number.NEGATIVE_INFINITY
  return (progress) => {
    try {
      if (progress === undefined) return rmSync(path, { force: true })
      const now = performance.now()
      if (now - lastAt < LOOK_MS) return
      lastAt = now
      writeFileSync(`${path}.new`, `${name}: ${progressLine(progress)}`)
      renameSync(`${path}.new`, path)
    } catch {
      // A full disk is told by what has to be written; this is only looked at.
    }
  }
}

/**
 * In the reporter: shows the line of the load that runs, above Vitest's own summary where the terminal has one, else
 * through `log`, every 15 seconds.
 *
 * @returns ends it
 */
export function followProgress(vitest: Vitest, log: (line: string) => void): () => void {
  const path = liveFileOf(vitest)
  let shown: string | undefined
  let saidAt = 0
  const isInSummary = addToSummary(vitest, () => (shown === undefined ? [] : ['', ` ${shown}`]))
  const look = (): void => {
    const line = readLine(path)
    const now = performance.now()
    if (line === undefined || shown === undefined) saidAt = now
    shown = line
    if (isInSummary || line === undefined || now - saidAt < LINE_EVERY_MS) return
    saidAt = now
    log(line)
  }
  const timer = setInterval(look, LOOK_MS).unref()
  return () => {
    clearInterval(timer)
    shown = undefined
    rmSync(path, { force: true })
  }
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
