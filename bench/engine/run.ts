/**
 * Runs our own load test as a child process, with everything a user's run does (figures, client health, result DB):
 * `node engine/run.ts '<Config as JSON>'`; prints one JSON object (EngineFigures). It runs the built package, as users
 * have it: Node takes the types out of sources in each thread, which costs time and memory.
 */

import { readdirSync } from 'node:fs'
import { monotonicMinusWallMs } from './clock.ts'
import type { EngineFigures, EngineSample } from './figures.ts'

const built = new URL('../../dist/src/index.js', import.meta.url).href
const { runPerfBenchmark } = (await import(built)) as typeof import('../../src/index.ts')
const config = JSON.parse(process.argv[2]!) as Record<string, unknown>
const samples: EngineSample[] = []
let descriptors = openDescriptors()
let countedAt = performance.now()

const { result } = await runPerfBenchmark(config, {
  onProgress: ({ phase, done }) => {
    if (phase !== 'measuring') return
    const { user, system } = process.cpuUsage()
    // With thousands of connections counting them takes milliseconds.
    if (performance.now() - countedAt > 1000) {
      descriptors = openDescriptors()
      countedAt = performance.now()
    }
    const rssMiB = process.memoryUsage.rss() / 2 ** 20
    samples.push({ atMs: performance.now(), done, cpuUs: user + system, rssMiB, descriptors })
  },
})

const { summary, distributions, errors, verdict, client } = result
const figures: EngineFigures = {
  summary,
  distributions,
  errors,
  verdict,
  client,
  samples,
  // Times of day in the result DB, turned back into the monotonic clock the target stamps with.
  monotonicMinusWallMs: monotonicMinusWallMs(),
}
console.log(JSON.stringify(figures))

/** -1 where the system does not show them. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return -1
  }
}
