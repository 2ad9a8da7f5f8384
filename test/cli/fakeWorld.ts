/** A world for the CLI that only writes down: streams, signals, and a run that measures nothing. */
import { EventEmitter } from 'node:events'
import { type Io, main, type RunBenchmark } from '../../src/cli/index.ts'
import type { Result } from '../../src/result/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'

export interface World extends Io {
  out(): string
  err(): string
  signals: EventEmitter
  exits: number[]
}

export function fakeWorld({
  isTTY = false,
  columns = 80,
  env = {},
}: {
  isTTY?: boolean
  columns?: number
  env?: Io['env']
} = {}): World {
  const out: string[] = []
  const err: string[] = []
  const exits: number[] = []
  const output = (texts: string[]): Io['stdout'] => ({ write: (text) => texts.push(text), isTTY, columns })
  return {
    stdout: output(out),
    stderr: output(err),
    env: { ...env },
    signals: new EventEmitter(),
    exit: (code) => exits.push(code),
    exits,
    out: () => out.join(''),
    err: () => err.join(''),
  }
}

/** A run that gives these results, and what it was asked to do. */
export function fakeRun(results: Result[] = [PUBLISHED]): { run: RunBenchmark; configs: Record<string, unknown>[] } {
  const configs: Record<string, unknown>[] = []
  const run: RunBenchmark = async (config) => {
    configs.push(config)
    return { results, verdict: results.at(-1)!.verdict }
  }
  return { run, configs }
}

/** The config that a command line asks for, or the message of its error. */
export async function configOf(...args: string[]): Promise<Record<string, unknown> | string> {
  const world = fakeWorld()
  const { run, configs } = fakeRun()
  const code = await main(args, world, run)
  if (code === 0) return configs[0]!
  if (code !== 2 || configs.length > 0) throw new Error(`exit ${code}, ${configs.length} runs: ${world.err()}`)
  return world.err().trimEnd()
}
