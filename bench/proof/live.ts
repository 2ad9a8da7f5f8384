/**
 * Comparisons of two real servers on a machine made noisy: `node bench/proof/live.ts`.
 *
 * Two embedded servers with the same timing, and a process that takes a core every other moment. Beside it the same
 * suite as others judge it: the candidate's figures alone against numbers stored when the machine was quiet.
 * `--runs N` makes fewer than 50 comparisons.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { startServerThread } from '../../fixtures/index.ts'
import type { ComparisonResult } from '../../src/result/index.ts'
import { runComparison } from '../../src/run/index.ts'
import { counted, met, type ProofRow, printRows } from './proofRow.ts'

const TOLERANCES = { 'p50(latency)': 0.05, 'p90(latency)': 0.1, qps: 0.05 }
const REGRESSIONS = { 'p50(latency)': '5 %', 'p90(latency)': '10 %', qps: '5 %' }

const timing = (factor: number, seed: number) => ({
  ttft: { kind: 'lognormal', meanMs: 15 * factor, stddevMs: 4 * factor },
  itl: { kind: 'constant', meanMs: 0 },
  outputTokens: 2,
  seed,
})

/** A busy core for 0.7 s, then half a second of nothing, until it or its owner is ended. */
const HOG =
  'const cell = new Int32Array(new SharedArrayBuffer(4)); const owner = process.ppid; while (process.ppid === owner) { const until = Date.now() + 700; while (Date.now() < until); Atomics.wait(cell, 0, 0, 500) }'

/** @param runs comparisons of identical servers; a fifth as many more of a candidate 25 % slower */
export async function liveRows(runs = 50): Promise<ProofRow[]> {
  const stored = await measured(1, 1)
  const hog = spawn(process.execPath, ['-e', HOG], { stdio: 'ignore' })
  try {
    const alike: ComparisonResult[] = []
    for (let run = 0; run < runs; run++) {
      alike.push(await measured(1, run + 2))
      process.stderr.write(
        `[${run + 1}/${runs}] ${alike
          .at(-1)!
          .regressions.map(({ verdict }) => verdict)
          .join(', ')}\n`,
      )
    }
    const slower: ComparisonResult[] = []
    for (let run = 0; run < Math.ceil(runs / 5); run++) slower.push(await measured(1.25, run + 2))
    return rowsOf(stored, alike, slower)
  } finally {
    await ended(hog)
  }
}

function rowsOf(stored: ComparisonResult, alike: ComparisonResult[], slower: ComparisonResult[]): ProofRow[] {
  const failed = alike.filter(hasFailed).length
  const invalid = alike.filter(({ baseline, candidate }) => !(baseline.client.valid && candidate.client.valid)).length
  const settled = alike.filter(({ regressions }) => regressions.every(({ verdict }) => verdict === 'pass')).length
  const byNumber = alike.filter((result) => failsAgainst(stored, result)).length
  const found = slower.filter(hasFailed).length
  return [
    {
      what: 'identical servers on a noisy machine, live: false fails',
      target: '0',
      measured: counted(failed, alike.length),
      verdict: met(failed === 0),
      detail: [
        `p50(latency) 5 %, p90(latency) 10 %, qps 5 % together; ${settled} passed, ${alike.length - settled - failed} were undecided; in ${invalid} the client was late by its own rules as well`,
        `changes of p50(latency): ${spread(alike.map((result) => change(result)))}`,
        `25 % slower candidate: found in ${counted(found, slower.length)}`,
      ].join('\n'),
    },
    {
      what: 'the same live suite by point estimates against a stored number',
      target: 'shown beside it',
      measured: `${counted(byNumber, alike.length)} false fails`,
      verdict: 'shown',
      detail: `stored on the machine without the hog: ${Object.keys(TOLERANCES)
        .map((key) => `${key} ${figure(stored, key).toFixed(1)}`)
        .join(', ')}; with it p50(latency) was ${spread(alike.map((result) => figure(result, 'p50(latency)')))} ms`,
    },
  ]
}

async function measured(factor: number, seed: number): Promise<ComparisonResult> {
  const servers = [await startServerThread(timing(1, seed)), await startServerThread(timing(factor, seed + 10_000))]
  try {
    const { result } = await runComparison({
      baseline: servers[0]!.url,
      candidate: servers[1]!.url,
      model: 'm',
      number: 120,
      parallel: 2,
      blocks: 12,
      maxBlocks: 24,
      loadSeed: seed,
      store: 'none',
      noTestConnection: true,
      onInvalid: 'warn',
      regressions: REGRESSIONS,
    })
    return result
  } finally {
    for (const server of servers) await server.close()
  }
}

function hasFailed({ regressions }: ComparisonResult): boolean {
  return regressions.some(({ verdict }) => verdict === 'fail')
}

/** What a gate on the number alone says: the candidate's figure against the stored one, with the same tolerance. */
function failsAgainst(stored: ComparisonResult, result: ComparisonResult): boolean {
  return Object.entries(TOLERANCES).some(([key, tolerance]) => {
    const ratio = figure(result, key) / figure(stored, key)
    return key === 'qps' ? ratio < 1 - tolerance : ratio > 1 + tolerance
  })
}

function figure({ regressions }: ComparisonResult, key: string): number {
  return regressions.find((regression) => regression.figure === key)!.candidate!
}

function change({ regressions }: ComparisonResult): number {
  return 100 * regressions[0]!.change!.estimate
}

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const show = (value: number): string => value.toFixed(1)
  return `${show(sorted[0]!)} to ${show(sorted.at(-1)!)}, median ${show(sorted[sorted.length >> 1]!)}`
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '50' } } })
  printRows(await liveRows(Number(values.runs)))
}
