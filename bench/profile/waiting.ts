/**
 * Why a stamp or a start is late: what the scheduler did with the load thread while a row of the bench ran.
 *
 * `node bench/profile/waiting.ts openLoop|meanTtft [pinned|free]` runs the row's load and records five seconds of it with
 * `perf sched`. It prints how long the load thread was ready but had no core, how long it ran at a stretch (a stamp or a
 * start that becomes due meanwhile waits for the end), and who had its core.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../src/config/index.ts'
import { runEngine } from '../engine/index.ts'
import { chooseCores, quantiles } from '../measure/index.ts'
import { withTarget } from '../rows/row.ts'
import type { TargetOptions } from '../target/index.ts'

const RECORD_SECONDS = 5
/** Until threads are up and code is compiled. */
const SETTLE_MS = 4000

const LOADS: Record<string, { target: TargetOptions; config: Config }> = {
  openLoop: {
    target: { tokens: 16, gapUs: 5000, ttftUs: 20_000, seconds: 60 },
    config: { executor: 'constant-arrival-rate', openLoop: true, rate: 1000, number: 12_000 },
  },
  meanTtft: {
    target: { tokens: 50, gapUs: 20_000, ttftUs: 100_000, seconds: 60 },
    config: { parallel: 500, number: 5000 },
  },
}

interface Turn {
  /** As `perf sched timehist` names it: thread, and process where that is another. */
  task: string
  cpu: number
  waitedMs: number
  ranMs: number
}

const [name = 'openLoop', where = 'pinned'] = process.argv.slice(2)
const load = LOADS[name]
if (load === undefined) throw new Error(`unknown load "${name}"; known: ${Object.keys(LOADS).join(', ')}`)
const folder = mkdtempSync(join(tmpdir(), 'perfgate-profile-'))
const data = join(folder, 'sched.data')
try {
  const cores = where === 'free' ? { client: undefined, target: undefined } : chooseCores()
  const { result } = await withTarget(load.target, { quick: true, cores }, async ({ url }, core) => {
    const running = runEngine({ url, ...load.config }, core)
    await sleep(SETTLE_MS)
    await record()
    return running
  })
  const { dispatchDelay, ttft } = result.distributions
  console.log(
    `${name}, ${where}: dispatch delay p99 ${dispatchDelay?.p99.toFixed(2)} ms, mean TTFT ${ttft?.mean.toFixed(2)} ms`,
  )
  report(readTurns())
} finally {
  rmSync(folder, { recursive: true })
}

function record(): Promise<void> {
  const recorder = spawn('perf', ['sched', 'record', '-o', data, '--', 'sleep', String(RECORD_SECONDS)], {
    stdio: 'ignore',
  })
  return new Promise((resolve, reject) => {
    recorder.once('error', () => reject(new Error('perf is not installed (Debian: linux-perf)')))
    recorder.once('exit', () => resolve())
  })
}

function readTurns(): Turn[] {
  const text = execFileSync('perf', ['sched', 'timehist', '-i', data], { encoding: 'utf8', maxBuffer: 1 << 30 })
  const line = /^\s*[\d.]+ \[(\d+)\]\s+(.+?)\s+[\d.]+\s+([\d.]+)\s+([\d.]+)\s*$/
  return text.split('\n').flatMap((row) => {
    const [, cpu, task, waited, ran] = line.exec(row) ?? []
    return task === undefined ? [] : { task, cpu: Number(cpu), waitedMs: Number(waited), ranMs: Number(ran) }
  })
}

function report(turns: readonly Turn[]): void {
  // Node cuts a thread's name to fifteen characters; of ours it is the one that runs most.
  const task = busiest(turns.filter((turn) => /perfgate load/.test(turn.task)))
  const own = turns.filter((turn) => turn.task === task)
  if (own.length === 0) throw new Error('the load thread was not seen: did the run end before the recording?')
  const waits = quantiles(own.map(({ waitedMs }) => waitedMs))
  const stretches = quantiles(own.map(({ ranMs }) => ranMs))
  console.log(`load thread, ${own.length} turns in ${RECORD_SECONDS} s:`)
  console.log(
    `  ready without a core   mean ${ms(waits.mean)}  p50 ${ms(waits.p50)}  p99 ${ms(waits.p99)}  max ${ms(waits.max)}`,
  )
  console.log(
    `  ran at a stretch       mean ${ms(stretches.mean)}  p50 ${ms(stretches.p50)}  p99 ${ms(stretches.p99)}  max ${ms(stretches.max)}`,
  )
  const cpus = new Set(own.map(({ cpu }) => cpu))
  console.log(`who ran on core ${[...cpus].join(' and ')}, of ${RECORD_SECONDS * cpus.size} s:`)
  for (const [other, ranMs] of shares(turns.filter(({ cpu }) => cpus.has(cpu))).slice(0, 8))
    console.log(`  ${other.padEnd(32)} ${((ranMs / (RECORD_SECONDS * cpus.size * 1000)) * 100).toFixed(1)} %`)
}

function shares(turns: readonly Turn[]): [task: string, ranMs: number][] {
  const ran = new Map<string, number>()
  for (const { task, ranMs } of turns) ran.set(task, (ran.get(task) ?? 0) + ranMs)
  return [...ran].toSorted(([, a], [, b]) => b - a)
}

function busiest(turns: readonly Turn[]): string {
  return shares(turns)[0]?.[0] ?? ''
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`
}
