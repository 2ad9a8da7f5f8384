/** A client that is itself too slow must say so: here its load thread is kept busy by a loop that has no business there. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startTarget, type Target } from '../../bench/target/index.ts'
import type { Config } from '../../src/config/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const busy = vi.hoisted(() => ({ loop: false }))
/** Holds the thread for 15 ms at a time, with one turn of the event loop in between. */
const BUSY_LOOP = `
  const spin = () => {
    for (const end = performance.now() + 15; performance.now() < end; );
    setTimeout(spin, 0).unref()
  }
  spin()`

vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  class Worker extends real.Worker {
    constructor(file: string | URL, options: import('node:worker_threads').WorkerOptions = {}) {
      const isLoad = options.name?.startsWith('perfgate load')
      super(
        file,
        busy.loop && isLoad
          ? { ...options, execArgv: ['--import', `data:text/javascript,${encodeURIComponent(BUSY_LOOP)}`] }
          : options,
      )
    }
  }
  return { ...real, Worker }
})

let folder: string
let target: Target

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perfgate-overload-test-'))
  target = await startTarget({ tokens: 5, gapUs: 2000, ttftUs: 5000, seconds: 50 })
})

afterEach(async () => {
  busy.loop = false
  await target.close()
  rmSync(folder, { recursive: true })
})

it('an overloaded client gives the verdict invalid, although every threshold holds', async () => {
  busy.loop = true
  const config: Config = {
    url: target.url,
    model: 'target',
    prompt: 'hello',
    parallel: 4,
    duration: 3,
    outputsDir: folder,
    thresholds: { successRate: '>= 1 %' },
  }
  const { result, verdict } = await runPerfBenchmark(config)
  expect(result.thresholds.map((threshold) => threshold.verdict)).toEqual(['pass'])
  expect(verdict).toBe('invalid')
  expect(result.client.valid).toBe(false)
  expect(result.client.reasons.join('; ')).toMatch(/load thread/)
})
