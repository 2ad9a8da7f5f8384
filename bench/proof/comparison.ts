/**
 * What comparisons find and let pass, on simulated servers and the real statistics: `node bench/proof/comparison.ts`.
 *
 * `--runs N` simulates fewer than the 1,000 comparisons of each row; `--only NAME` one row, for instance `falseFails`.
 */

import { parseArgs } from 'node:util'
import { type BlockPair, judgeComparison, needsMore, parseComparison } from '../../src/gates/index.ts'
import { seeded } from '../../src/random/index.ts'
import { looksOf, type PlannedLook } from '../../src/stats/index.ts'
import { drawBlocks, type LatencyModel } from './latencies.ts'
import { counted, met, type ProofRow, printRows } from './proofRow.ts'

/** 1,500 pairs of requests in 50 blocks, coefficient of variation 0.3, lag-1 autocorrelation 0.3. */
const SERVER: LatencyModel = {
  requests: 1500,
  blocks: 50,
  factor: 1,
  variation: 0.3,
  correlation: 0.3,
  // Half of the scatter of log latency is the prompt's own, which is the same for both sides.
  promptShare: 0.5,
}

const ALPHA_LIMIT = 0.05

/** One row after another, as each takes a while. @param runs simulated comparisons of each; the curves use a fifth */
export function* comparisonRows(runs = 1000): Generator<ProofRow> {
  for (const row of Object.values(ROWS)) yield row(runs)
}

const ROWS: Record<string, (runs: number) => ProofRow> = { falseFails, slower10, slower5, atTheTolerance }

function falseFails(runs: number): ProofRow {
  const regressions = { 'p50(latency)': '3 %', 'p99(ttft)': '10 %', qps: '3 %' }
  const heavy = { ...SERVER, stalls: 0.01 }
  const cases: [string, LatencyModel, Plan][] = [
    ['1,500 requests a side', heavy, [50, 50]],
    ['1,500 at most, three looks', { ...heavy, blocks: 48 }, [12, 48]],
    ['200 requests a side', { ...heavy, requests: 200, blocks: 20 }, [20, 20]],
    ['1,500, nothing common to a prompt', { ...heavy, promptShare: 0 }, [50, 50]],
  ]
  const failed = cases.map(([, model, looks]) => failsOf(model, regressions, looks, runs))
  return {
    what: 'identical servers, compare: false fails',
    target: '<= 1 %',
    measured: counted(failed[0]!, runs),
    verdict: met(failed.every((count) => count <= 0.01 * runs)),
    detail: [
      'p50(latency) 3 %, p99(ttft) 10 %, qps 3 % together; one request in 100 stalls and takes 3 to 10 times as long',
      ...cases.map(([name], i) => `${name}: ${counted(failed[i]!, runs)}`),
    ].join('\n'),
  }
}

function slower10(runs: number): ProofRow {
  const model = { ...SERVER, factor: 1.1 }
  const looks: Plan = [50, 50]
  const found = (key: string, change: Partial<LatencyModel> = {}): number =>
    failsOf({ ...model, ...change }, { [key]: '3 %' }, looks, runs)
  const p50 = found('p50(latency)')
  return {
    what: '10 % slower candidate, 1,500 pairs, tolerance 3 %: found',
    target: '>= 95 %',
    measured: counted(p50, runs),
    verdict: met(p50 >= 0.95 * runs),
    detail: [
      `p50(latency): ${counted(p50, runs)}; with nothing common to a prompt ${counted(found('p50(latency)', { promptShare: 0 }), runs)}; heavy-tailed ${counted(found('p50(latency)', { stalls: 0.01 }), runs)}`,
      `avg(latency): ${counted(found('avg(latency)'), runs)}; qps: ${counted(found('qps'), runs)}; p90(latency): ${counted(found('p90(latency)'), runs)}; p99(latency): ${counted(found('p99(latency)'), runs)}`,
      `up to 1,500 pairs in three looks: ${counted(failsOf({ ...model, blocks: 48 }, { 'p50(latency)': '3 %' }, [12, 48], runs), runs)}`,
    ].join('\n'),
  }
}

function slower5(runs: number): ProofRow {
  const found = (change: Partial<LatencyModel>, count = Math.ceil(runs / 5)): number => {
    const model = { ...SERVER, factor: 1.05, ...change }
    const blocks = Math.min(50, Math.floor(model.requests / 10))
    return failsOf({ ...model, blocks }, { 'p50(latency)': '1 %' }, [blocks, blocks], count) / count
  }
  const whole = found({}, runs)
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
  const curve = <T>(values: readonly T[], of: (value: T) => Partial<LatencyModel>): string =>
    values.map((value) => `${value}: ${percent(found(of(value)))}`).join(', ')
  return {
    what: '5 % slower candidate, tolerance 1 %, same: found',
    target: '>= 80 %',
    measured: counted(Math.round(whole * runs), runs),
    verdict: met(whole >= 0.8),
    detail: [
      `over n: ${curve([200, 400, 800, 1500, 3000, 6000], (requests) => ({ requests }))}`,
      `over the coefficient of variation: ${curve([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1], (variation) => ({ variation }))}`,
      `over the share of the variance that is the prompt's: ${curve([0, 0.25, 0.5, 0.75, 0.9], (promptShare) => ({ promptShare }))}`,
      'with nothing common to a prompt even the mean of normal log latencies, known to be normal, could find 76 % at most',
    ].join('\n'),
  }
}

function atTheTolerance(runs: number): ProofRow {
  const figures = ['p50(latency)', 'avg(latency)', 'p90(latency)', 'p99(latency)', 'qps']
  const model = { ...SERVER, factor: 1.05, stalls: 0.01, blocks: 48 }
  const failed = figures.map((key) => {
    // A rate falls by less than the times rise.
    const tolerance = key === 'qps' ? `${100 * (1 - 1 / 1.05)} %` : '5 %'
    return failsOf(model, { [key]: tolerance }, [12, 48], runs)
  })
  const worst = Math.max(...failed)
  return {
    what: 'a candidate exactly at its tolerance, three looks, confidence 0.95: fails',
    target: '<= 5 %',
    measured: `at most ${counted(worst, runs)}`,
    verdict: met(worst <= ALPHA_LIMIT * runs),
    detail: figures.map((key, i) => `${key}: ${counted(failed[i]!, runs)}`).join('\n'),
  }
}

/** Pairs of blocks at the first look, and at most. */
type Plan = [blocks: number, maxBlocks: number]

/** How many of so many simulated comparisons fail, judged as a comparison judges its blocks. */
function failsOf(model: LatencyModel, record: Record<string, string>, plan: Plan, runs: number): number {
  const regressions = parseComparison(record)
  const looks = looksOf(...plan, 0.95, Object.keys(record).length)
  let failed = 0
  for (let seed = 1; seed <= runs; seed++) if (fails(drawBlocks(model, seeded(seed)), regressions, looks)) failed++
  return failed
}

function fails(
  pairs: readonly BlockPair[],
  regressions: ReturnType<typeof parseComparison>,
  looks: readonly PlannedLook[],
): boolean {
  for (const { blocks, confidence } of looks) {
    const judged = judgeComparison(regressions, pairs.slice(0, blocks), confidence)
    if (judged.some(({ verdict }) => verdict === 'fail')) return true
    if (!needsMore(regressions, judged)) return false
  }
  return false
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, only: { type: 'string' } } })
  const chosen = Object.entries(ROWS).filter(([name]) => values.only === undefined || name === values.only)
  for (const [, row] of chosen) printRows([row(Number(values.runs))])
}
