/** One side of a comparison: its server, its connections, its result DB, and the blocks it sends. */
import { performance } from 'node:perf_hooks'
import { EndpointError, type ResolvedConfig } from '../../config/index.ts'
import type { TimedPrompt } from '../../datasets/index.ts'
import type { Side, SideBlock } from '../../gates/index.ts'
import type { Level, LoadPool, PhaseReport } from '../../load/index.ts'
import { type DistributionName, distributions, errorCounts, type Objective, RunMetrics } from '../../metrics/index.ts'
import { environment, ownProcess, sideFacts, toResult } from '../../records/index.ts'
import type { ComparedSide, ComparisonResult, Result } from '../../result/index.ts'
import type { SampleBatch } from '../../samples/index.ts'
import { judgeClient } from '../clientHealth.ts'
import { type CommandServer, startCommandServer } from '../commandServer.ts'
import type { RunHooks } from '../hooks.ts'
import { readyRoute } from '../localServer.ts'
import { sendPhase } from '../measureLevel.ts'
import { type OpenRun, openRun } from '../openRun.ts'
import { Pipeline } from '../pipeline.ts'
import type { PromptUse } from '../promptUse.ts'
import { protocolOf } from '../protocol.ts'
import { redactCommand, redactConfig, redactUrl, sayOptions, secretsOfRun } from '../redact.ts'
import { MAX_BODIES } from '../requests.ts'
import { routeNotes } from '../route.ts'
import { scrubLog } from '../scrub.ts'
import { BlockRecorder, joinedReport } from './blocks.ts'
import type { ResolvedSide } from './config.ts'
import type { CacheFacts } from './sharedCache.ts'

export interface SideOptions {
  name: Side
  side: ResolvedSide
  prompts: readonly TimedPrompt[]
  /** Requests of this side at most. */
  wanted: number
  /** What the comparison is about. */
  metrics: readonly DistributionName[]
  objectives: readonly Objective[]
  /** Without its ending; undefined: nothing is stored. */
  path: string | undefined
  logPath: string
  hooks: RunHooks
  level: Level
  /** Of the other side, where both send the same prompts. */
  promptUse: PromptUse | undefined
}

export class SideRun {
  readonly metrics: RunMetrics
  readonly #options: SideOptions
  readonly #server: CommandServer | undefined
  readonly #run: OpenRun
  readonly #pipeline: Pipeline
  readonly #reports: PhaseReport[] = []
  #seconds = 0

  /**
   * Starts the server where there is a command, and opens all that the side sends with.
   *
   * @throws ConfigError, EndpointError as `startCommandServer` and `openRun` do
   */
  static async open(options: SideOptions): Promise<SideRun> {
    const { side, name, prompts, wanted, logPath, level, promptUse } = options
    const { command } = side
    const hooks = sayingSide(name, options.hooks)
    return named(name, async () => {
      const server = command && (await startServer(command, side, logPath, hooks))
      try {
        const protocol = await protocolOf(side.config, side.given, hooks)
        sayOptions(protocol.config, hooks)
        const levels = [{ level, warmup: undefined, label: undefined }]
        const limit = Math.min(wanted, MAX_BODIES)
        const run = await openRun({ ...protocol, levels, prompts, limit, env: command?.env, promptUse }, hooks)
        return new SideRun(options, run, server)
      } catch (error) {
        await server?.stop()
        throw error
      }
    })
  }

  private constructor(options: SideOptions, run: OpenRun, server: CommandServer | undefined) {
    this.#options = options
    this.#run = run
    this.#server = server
    this.metrics = new RunMetrics(performance.now(), options.objectives)
    this.#pipeline = new Pipeline(run)
    run.listen((batch) => this.#pipeline.take(batch))
  }

  /** As it may be shown. */
  get url(): string {
    return redactUrl(this.#run.endpoint.url, this.config)
  }

  get embedded(): boolean {
    return this.#run.endpoint.embedded
  }

  /** What a reader must know of its answers and of the way to it. */
  async notes(): Promise<string[]> {
    const { name, hooks } = this.#options
    const { route, origin } = this.#run.endpoint
    const { notes } = await this.#pipeline.promptCache()
    return [
      ...this.metrics.answerNotes,
      ...(await this.#pipeline.usageNotes(sayingSide(name, hooks).onNotice)),
      ...notes,
      ...routeNotes(route, origin, joinedReport(this.#reports).connections),
    ]
  }

  /** The scenario that the endpoint took. */
  get config(): ResolvedConfig {
    return this.#run.config
  }

  get promptUse(): PromptUse {
    return this.#run.promptUse
  }

  /** How the command ended, when it did before it was told to. */
  get serverEnded(): string | undefined {
    return this.#server?.ended
  }

  /** A load thread crashed or hung: nothing more can be sent. */
  get isBroken(): boolean {
    return this.#reports.at(-1)?.broken !== undefined
  }

  get progress(): LoadPool['progress'] {
    return this.#run.pool.progress
  }

  /** Opens the result DB. @throws StoreError */
  async prepare(facts: Record<string, unknown>): Promise<void> {
    const { name, path } = this.#options
    await this.#run.store?.open(`${path}.db`, {
      ...facts,
      side: name,
      config: redactConfig(this.config),
      environment: environment(),
      endpoint: this.url,
      process: ownProcess(),
    })
  }

  async warmUp(level: Level): Promise<void> {
    await this.#run.pool.preconnect(level)
    await sendPhase(this.#run, this.#pipeline, level, { isWarmup: true })
  }

  /** Sends one block; `inCache` is what it says of a cache of prompts. @throws StoreError when samples could not be written */
  async run(level: Level): Promise<{ block: SideBlock; inCache: Omit<CacheFacts, 'side'> }> {
    const { metrics, objectives } = this.#options
    if (this.config.preconnect) await this.#run.pool.preconnect(level)
    const recorder = new BlockRecorder({ firstIndex: level.firstIndex ?? 0, size: level.number, metrics, objectives })
    this.#pipeline.measure({
      add: (batch: SampleBatch) => {
        this.metrics.add(batch)
        recorder.add(batch)
      },
    })
    const report = await sendPhase(this.#run, this.#pipeline, level)
    this.#pipeline.measure(undefined)
    this.#run.store?.throwIfFailed()
    this.#reports.push(report)
    this.metrics.addTimes('connect', report.connectMs)
    const block = recorder.block()
    this.#seconds += block.seconds
    return { block, inCache: recorder.inCache() }
  }

  /** What this side came to. */
  describe(): ComparedSide {
    const { side, path, level } = this.#options
    const { metrics } = this
    return {
      endpoint: {
        url: this.url,
        embedded: this.embedded,
        command: side.command === undefined ? null : redactCommand(side.command.text),
        logPath: this.#server?.logPath ?? null,
      },
      model: this.config.model ?? '',
      totalRequests: metrics.total,
      succeededRequests: metrics.succeeded,
      failedRequests: metrics.failed,
      seconds: this.#seconds,
      distributions: distributions(metrics),
      errors: errorCounts(metrics),
      failures: metrics.failures,
      client: judgeClient({
        report: joinedReport(this.#reports),
        metrics,
        uncapped: level.parallel === Number.POSITIVE_INFINITY,
        // Lateness of ours is the same on both sides, so a gate on their ratio needs no stricter limit.
        smallestGatedMs: undefined,
        calibration: this.#run.calibration,
        freeCores: this.#run.freeCores,
      }),
      resultDbPath: path === undefined ? null : `${path}.db`,
    }
  }

  /** A record without the secrets of this side. */
  hideIn<T>(value: T): T {
    return this.#run.secrets.hideIn(value)
  }

  /** Completes the result DB, with what this side is as a run of its own. @throws StoreError */
  async finish(comparison: ComparisonResult): Promise<void> {
    const { store } = this.#run
    store?.setFact('comparison', this.hideIn(comparison))
    if (store !== undefined) store.setFact('result', this.hideIn(await this.#result(comparison)))
    await store?.finish()
  }

  async #result(comparison: ComparisonResult): Promise<Result> {
    const { name, path, level } = this.#options
    const { promptCache } = await this.#pipeline.promptCache()
    return toResult(this.metrics, {
      startedAt: new Date(comparison.startedAt),
      config: redactConfig(this.config),
      level,
      expectedRequests: null,
      resultDbPath: path === undefined ? null : `${path}.db`,
      thresholds: [],
      promptCache,
      speed: this.#pipeline.speed,
      ...sideFacts(comparison, name),
    })
  }

  async close(): Promise<void> {
    await this.#run.close()
    await this.#server?.stop()
    scrubLog(this.#options.logPath, this.#run.secrets)
  }
}

function startServer(
  command: NonNullable<ResolvedSide['command']>,
  { config }: ResolvedSide,
  logPath: string,
  { signal }: RunHooks,
): Promise<CommandServer> {
  const { text, readyUrl } = command
  return startCommandServer({
    ...command,
    command: text,
    logPath,
    secrets: secretsOfRun({ ...config, ...command }).spellings,
    signal,
    route: readyRoute(config, readyUrl),
  })
}

/** Hooks whose notices say which side they are about. */
function sayingSide(name: Side, hooks: RunHooks): RunHooks {
  const { onNotice } = hooks
  return onNotice === undefined ? hooks : { ...hooks, onNotice: (text) => onNotice(`${name}: ${text}`) }
}

/** Says of an endpoint's error which side it is about. */
async function named<T>(name: Side, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EndpointError) error.message = `${name}: ${error.message}`
    throw error
  }
}
