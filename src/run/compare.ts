/** Comparison of two endpoints in one run: the same prompts in interleaved blocks, judged side by side. */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import { currentDate, usesEmbedded } from '../config/index.ts'
import { hasFreshPrompts } from '../datasets/index.ts'
import {
  type BlockPair,
  type ComparedGate,
  decideVerdict,
  isJudged,
  isOffered,
  judgeComparison,
  judgeMinSuccess,
  needsMore,
  type RegressionResult,
  type RequestCounts,
  requestCounts,
  SIDES,
  type Side,
  withCoverage,
} from '../gates/index.ts'
import type { Level } from '../load/index.ts'
import type { DistributionName } from '../metrics/index.ts'
import { environment, fileName, requireWritable, reservePath, writeWholeFile } from '../records/index.ts'
import { COMPARISON_SCHEMA_VERSION, type ComparedSide, type ComparisonResult, type Verdict } from '../result/index.ts'
import { onAbort } from './abort.ts'
import { type ComparisonConfig, type ResolvedComparison, resolveComparison } from './comparison/config.ts'
import { blockOrder } from './comparison/order.ts'
import { readSides, salted } from './comparison/prompts.ts'
import { type CacheFacts, sharedCacheNote } from './comparison/sharedCache.ts'
import { SideRun } from './comparison/side.ts'
import { connectionsOf, requireDescriptors } from './descriptors.ts'
import { changesOf } from './firstContact.ts'
import type { RunHooks } from './hooks.ts'
import { admitHost } from './hosts.ts'
import { limitReached, withinLimits } from './limits.ts'
import { withProgressFile } from './progressFile.ts'
import { keepingSecrets, redactCommand, redactConfig, redactUrl } from './redact.ts'
import { MAX_BODIES } from './requests.ts'

export interface ComparisonOutcome {
  result: ComparisonResult
  verdict: Verdict
  jsonPath: string | null
}

const PROGRESS_MS = 100

/**
 * Measures a baseline and a candidate in turn, block by block, and judges whether the candidate is worse.
 *
 * One side sends at a time. Both have their connections open throughout, send the same prompts in the same order, and
 * are warmed up first. When figures are undecided after `blocks` pairs of blocks, more are measured, up to `maxBlocks`.
 *
 * @throws ConfigError when something in it is wrong; nothing was started or sent then
 * @throws EndpointError when a command does not come up or an endpoint does not answer the connection test
 * @throws StoreError when results could not be written
 */
export async function runComparison(
  input: ComparisonConfig | Record<string, unknown>,
  hooks: RunHooks = {},
): Promise<ComparisonOutcome> {
  return keepingSecrets(input, hooks, (kept) => {
    const comparison = salted(resolveComparison(input))
    const { baseline, candidate } = comparison.sides
    for (const notice of [admitHost(baseline.config) ?? [], admitHost(candidate.config) ?? []].flat())
      kept.onNotice?.(notice)
    return withinLimits(baseline.config, kept, (limited) =>
      withProgressFile(baseline.config, limited, (watched) => compareSides(comparison, watched)),
    )
  })
}

async function compareSides(comparison: ResolvedComparison, hooks: RunHooks): Promise<ComparisonOutcome> {
  const { config } = comparison.sides.baseline
  const wanted = comparison.blockSize * comparison.looks.at(-1)!.blocks
  const prompts = await readSides(comparison, Math.min(wanted, MAX_BODIES), hooks)
  if (config.store !== 'none') requireWritable(config.outputsDir)
  const sideConfigs = SIDES.map((name) => comparison.sides[name].config)
  // Both sides keep their connections open throughout.
  requireDescriptors({
    connections: SIDES.length * connectionsOf(comparison.level.level),
    embedded: sideConfigs.every(usesEmbedded),
  })
  const startedAt = currentDate()
  const label = hooks.label ?? config.name
  const paths = pathsOf(comparison, label, startedAt)
  const sides: SideRun[] = []
  try {
    // One after the other: two servers that load at once slow each other down, and only one of them may be slow.
    for (const name of SIDES)
      sides.push(
        await SideRun.open({
          name,
          side: comparison.sides[name],
          prompts: prompts[name],
          wanted,
          metrics: metricsOf(comparison.regressions),
          objectives: comparison.objectives,
          path: paths?.[name],
          logPath: `${paths?.[name] ?? join(tmpdir(), `perfgate-${process.pid}-${name}`)}.log`,
          signal: hooks.signal,
          onNotice: hooks.onNotice,
          level: comparison.level.level,
        }),
      )
    const [baseline, candidate] = sides as [SideRun, SideRun]
    const stop = (graceMs: number): void => {
      for (const side of sides) side.stop(graceMs)
    }
    onAbort(hooks.signal, () => stop(config.gracefulStop * 1000))
    onAbort(hooks.killSignal, () => stop(0))
    const facts = {
      startedAt: startedAt.toISOString(),
      level: comparison.level.level,
      // How many pairs of blocks it takes is decided while they are sent.
      expectedRequests: null,
      comparison: { size: comparison.blockSize },
    }
    for (const side of sides) await side.prepare(facts)
    const measured = await measure(comparison, { baseline, candidate }, hooks)
    const jsonPath = paths === undefined ? null : `${paths.json}.json`
    const sideNotes = { baseline: await baseline.notes(), candidate: await candidate.notes() }
    const shown = resultOf(comparison, {
      ...measured,
      sideNotes,
      baseline,
      candidate,
      hooks,
      startedAt,
      label,
      jsonPath,
    })
    const result = baseline.hideIn(candidate.hideIn(shown))
    for (const side of sides) await side.finish(result)
    if (jsonPath !== null) writeWholeFile(jsonPath, `${JSON.stringify(result, null, 2)}\n`)
    return { result, verdict: result.verdict, jsonPath }
  } finally {
    await Promise.all(sides.map((side) => side.close()))
  }
}

type Paths = Record<Side | 'json', string>

/** Three names that belong together; both result DBs are reserved. */
function pathsOf({ sides }: ResolvedComparison, label: string | undefined, startedAt: Date): Paths | undefined {
  const { config } = sides.baseline
  if (config.store === 'none') return undefined
  const reserve = (name: Side): string =>
    reservePath({
      outputsDir: config.outputsDir,
      model: sides[name].config.model ?? 'model',
      label,
      level: name,
      startedAt: config.noTimestamp ? undefined : startedAt,
    })
  const baseline = reserve('baseline')
  const candidate = reserve('candidate')
  return { baseline, candidate, json: candidate.replace(/benchmark_candidate(?=[^/\\]*$)/, 'comparison') }
}

/** Metrics of requests that are to be kept one by one. */
function metricsOf(regressions: readonly ComparedGate[]): DistributionName[] {
  const metrics = regressions.flatMap(({ statistic }) => (statistic.kind === 'scalar' ? [] : statistic.metric))
  return [...new Set(metrics)]
}

interface Measured {
  pairs: BlockPair[]
  order: string
  looked: number
  /** Of each pair of blocks what the sides had of a cache, in the order in which they sent. */
  inCaches: [first: CacheFacts, second: CacheFacts][]
  judged: RegressionResult[]
}

/** Blocks until every figure is decided, one has failed, or the budget is spent. */
async function measure(
  comparison: ResolvedComparison,
  sides: Record<Side, SideRun>,
  hooks: RunHooks,
): Promise<Measured> {
  const { looks, level, blockSize, regressions } = comparison
  const { config } = comparison.sides.baseline
  const order = blockOrder(looks.at(-1)!.blocks, config.loadSeed)
  const levelOf = (block: number): Level => ({
    ...level.level,
    number: blockSize,
    // Arrivals of an open loop differ from block to block, and are the same for both sides.
    seed: config.loadSeed + block,
    firstIndex: block * blockSize,
  })
  const isBroken = (): boolean => SIDES.some((side) => sides[side].isBroken)
  const watch = watchProgress(comparison, sides, hooks)
  const pairs: BlockPair[] = []
  const inCaches: Measured['inCaches'] = []
  let sent = ''
  let looked = 0
  let judged: RegressionResult[] = []
  try {
    const warmup = { ...levelOf(0), number: level.warmup?.number ?? blockSize }
    for (const side of order[0]!) if (!hooks.signal?.aborted) await sides[side].warmUp(warmup)
    for (const look of looks) {
      while (pairs.length < look.blocks && !hooks.signal?.aborted && !isBroken()) {
        const block = pairs.length
        const pair: Partial<BlockPair> = {}
        const seen: CacheFacts[] = []
        for (const side of order[block]!) {
          const measured = await sides[side].run(levelOf(block))
          pair[side] = measured.block
          seen.push({ side, ...measured.inCache })
          sent += side === 'baseline' ? 'B' : 'C'
        }
        // A block that was cut short has no like on the other side.
        if (hooks.signal?.aborted || isBroken()) continue
        pairs.push(pair as BlockPair)
        inCaches.push(seen as Measured['inCaches'][number])
      }
      looked++
      // An interruption is a look at no planned time: the strictest one.
      const confidence = hooks.signal?.aborted
        ? Math.max(...looks.map((planned) => planned.confidence))
        : look.confidence
      judged = judgeComparison(regressions, pairs, confidence)
      if (hooks.signal?.aborted || isBroken() || !needsMore(regressions, judged)) break
      if (look !== looks.at(-1))
        hooks.onNotice?.(`undecided after ${pairs.length} pairs of blocks: measuring more, up to ${order.length}`)
    }
  } finally {
    watch()
  }
  const views = { baseline: sides.baseline.metrics, candidate: sides.candidate.metrics }
  return { pairs, order: sent, looked, inCaches, judged: withCoverage(judged, regressions, views) }
}

function watchProgress(comparison: ResolvedComparison, sides: Record<Side, SideRun>, hooks: RunHooks): () => void {
  if (hooks.onProgress === undefined) return () => {}
  const beganAt = performance.now()
  const total = 2 * comparison.blockSize * comparison.looks.at(-1)!.blocks
  const tell = (): void => {
    const runs = SIDES.map((side) => sides[side])
    const done = runs.reduce((sum, { metrics }) => sum + metrics.total, 0)
    const elapsedSeconds = (performance.now() - beganAt) / 1000
    hooks.onProgress?.({
      phase: done === 0 ? 'warmup' : 'measuring',
      level: 0,
      levels: 1,
      done,
      failed: runs.reduce((sum, { metrics }) => sum + metrics.failed, 0),
      inFlight: runs.reduce((sum, { progress }) => sum + progress.inFlight, 0),
      total,
      elapsedSeconds,
      durationSeconds: null,
      qps: elapsedSeconds > 0 ? done / elapsedSeconds : 0,
    })
  }
  const timer = setInterval(tell, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    tell()
  }
}

interface ResultParts extends Measured, Record<Side, SideRun> {
  sideNotes: Record<Side, string[]>
  hooks: RunHooks
  startedAt: Date
  label: string | undefined
  jsonPath: string | null
}

function resultOf(comparison: ResolvedComparison, parts: ResultParts): ComparisonResult {
  const { pairs, order, looked, inCaches, judged, hooks, startedAt, label, jsonPath } = parts
  const { config } = comparison.sides.baseline
  const interrupted = hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
  const baseline = parts.baseline.describe()
  const candidate = parts.candidate.describe()
  const { minSuccess } = comparison
  const thresholds =
    minSuccess === undefined
      ? []
      : Object.entries({ baseline, candidate }).map(([name, side]) =>
          judgeMinSuccess(minSuccess, requestCounts(side, side.errors), name),
        )
  const valid = isJudged(baseline.client, config) && isJudged(candidate.client, config)
  const notes: string[] = []
  for (const side of SIDES) {
    const run = parts[side]
    if (run.embedded)
      notes.push(
        `The ${side} is the embedded server at ${run.url}, whose timing is a model: its figures say nothing about a real endpoint.`,
      )
    for (const note of parts.sideNotes[side]) notes.push(`${side === 'baseline' ? 'Baseline' : 'Candidate'}: ${note}`)
    if (run.serverEnded !== undefined)
      notes.push(`The command of the ${side} ended during the comparison (${run.serverEnded}).`)
  }
  if (!comparison.disjointPrompts) notes.push(...sharedCacheNote(inCaches, hasFreshPrompts(config)))
  const limit = limitReached(hooks)
  if (limit !== undefined)
    notes.push(`${limit.charAt(0).toUpperCase()}${limit.slice(1)}: the comparison is not complete.`)
  if (interrupted)
    notes.push('The comparison was interrupted: its figures are those of the pairs of blocks that were complete.')
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    kind: 'comparison',
    name: label ?? `${fileName(candidate.model)} against ${fileName(baseline.model)}`,
    startedAt: startedAt.toISOString(),
    interrupted,
    config: shownConfig(comparison, parts),
    baseline,
    candidate,
    blocks: {
      requests: comparison.blockSize,
      pairs: pairs.length,
      maxPairs: comparison.looks.at(-1)!.blocks,
      order,
      looks: comparison.looks.map(({ blocks }) => blocks),
      looked,
    },
    confidence: comparison.confidence,
    regressions: judged,
    thresholds,
    verdict:
      limit === undefined
        ? decideVerdict({
            judged: [...judged, ...thresholds],
            requests: worseSide(baseline, candidate),
            clientJudged: valid,
            loadOffered: isOffered(baseline.client, config) && isOffered(candidate.client, config),
            interrupted,
          })
        : 'fail',
    environment: environment(),
    resultJsonPath: jsonPath,
    notes,
  }
}

/** The requests of the side with the smaller share of succeeded ones. */
function worseSide(...sides: ComparedSide[]): RequestCounts {
  const share = ({ total, succeeded }: RequestCounts): number => (total === 0 ? 0 : succeeded / total)
  return sides
    .map((side) => requestCounts(side, side.errors))
    .reduce((worst, side) => (share(side) < share(worst) ? side : worst))
}

/** The scenario, and what the sides add to it; the environment of a command may hold secrets. */
function shownConfig(
  { sides, regressions, onUndecided, disjointPrompts }: ResolvedComparison,
  runs: Record<Side, SideRun>,
): Record<string, unknown> {
  const { url: _, ...scenario } = redactConfig(sides.baseline.config)
  const sideOf = (name: Side, { command } = sides[name], { config } = runs[name]) => ({
    ...changesOf(sides[name].config, config),
    ...(config.url === undefined ? {} : { url: redactUrl(config.url, config) }),
    ...(config.model === undefined ? {} : { model: config.model }),
    ...(command === undefined
      ? {}
      : {
          command: redactCommand(command.text),
          readyUrl: redactUrl(command.readyUrl, config),
          ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
          env: Object.fromEntries(Object.keys(command.env).map((name) => [name, '***'])),
        }),
  })
  return {
    ...scenario,
    baseline: sideOf('baseline'),
    candidate: sideOf('candidate'),
    regressions: Object.fromEntries(
      regressions.filter(({ isGuard }) => !isGuard).map(({ key, tolerance }) => [key, tolerance.text]),
    ),
    onUndecided,
    disjointPrompts,
  }
}
