/** One side of a comparison: its server, its connections, its result DB, and the blocks it sends. */

import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Api } from '../../apis/index.ts'
import { EndpointError, type ResolvedConfig } from '../../config/index.ts'
import type { TimedPrompt } from '../../datasets/index.ts'
import type { Side, SideBlock } from '../../gates/index.ts'
import type { Level, LoadPool, PhaseReport } from '../../load/index.ts'
import { type DistributionName, distributions, errorCounts, type Objective, RunMetrics } from '../../metrics/index.ts'
import { environment, ownProcess, type ResultStore } from '../../records/index.ts'
import type { ComparedSide } from '../../result/index.ts'
import type { SampleBatch } from '../../samples/index.ts'
import type { Secrets } from '../../secrets/index.ts'
import { type Calibration, calibrate } from '../calibration.ts'
import { judgeClient } from '../clientHealth.ts'
import { type CommandServer, startCommandServer } from '../commandServer.ts'
import { type Endpoint, openEndpoint, requestHeaders } from '../endpoint.ts'
import { makeContact } from '../firstContact.ts'
import { type OpenRun, openRun } from '../openRun.ts'
import { Pipeline } from '../pipeline.ts'
import { withPrice } from '../prices.ts'
import { protocolOf } from '../protocol.ts'
import { redactCommand, redactConfig, redactUrl } from '../redact.ts'
import { MAX_BODIES } from '../requests.ts'
import { routeNotes } from '../route.ts'
import { scrubLog } from '../scrub.ts'
import { warmingRequests } from '../warming.ts'
import { threadsFor } from '../workers.ts'
import { BlockRecorder } from './blockRecorder.ts'
import type { ResolvedSide } from './config.ts'
import { joinedReport } from './joinedReport.ts'
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
  signal: AbortSignal | undefined
  onNotice: ((text: string) => void) | undefined
  level: Level
}

/** What a side is made of, once its endpoint has answered. */
interface SideParts {
  api: Api
  endpoint: Endpoint
  server: CommandServer | undefined
  run: OpenRun
}

export class SideRun {
  readonly metrics: RunMetrics
  readonly #options: SideOptions
  readonly #endpoint: Endpoint
  readonly #server: CommandServer | undefined
  readonly #pool: LoadPool
  readonly #store: ResultStore | undefined
  readonly #pipeline: Pipeline
  readonly #secrets: Secrets
  readonly #reports: PhaseReport[] = []
  readonly #workers: number
  readonly #warming: number
  #seconds = 0
  #calibration: Calibration | null = null

  /**
   * Starts the server where there is a command, sees that the endpoint answers, and starts the load threads.
   *
   * @throws ConfigError, EndpointError as `startCommandServer`, `openEndpoint` and `makeContact` do
   */
  static async open(options: SideOptions): Promise<SideRun> {
    const { side, name, prompts, wanted, logPath, signal } = options
    const { command } = side
    const server =
      command === undefined
        ? undefined
        : await named(name, () => startCommandServer({ ...command, command: command.text, logPath, signal }))
    let endpoint: Endpoint | undefined
    try {
      const onNotice = (text: string): void => options.onNotice?.(`${name}: ${text}`)
      const protocol = await protocolOf(side.config, side.given, {
        onNotice,
        ...(signal === undefined ? {} : { signal }),
      })
      const { api, given } = protocol
      endpoint = await openEndpoint(protocol.config, api)
      const headers = requestHeaders(protocol.config, api)
      const { reference } = protocol
      const limit = Math.min(wanted, MAX_BODIES)
      const parts = { api, reference, endpoint, headers, prompts, limit, env: command?.env }
      let run = openRun({ ...parts, config: protocol.config })
      const { secrets } = run
      const contact = { config: protocol.config, api, given, endpoint, headers, secrets, signal, onNotice }
      const config = withPrice(await named(name, () => makeContact(prompts[0]!, contact)))
      if (config !== protocol.config) run = openRun({ ...parts, config })
      return new SideRun({ ...options, side: { ...side, config } }, { api, endpoint, server, run })
    } catch (error) {
      await endpoint?.close()
      await server?.stop()
      throw error
    }
  }

  private constructor(options: SideOptions, { api, endpoint, server, run }: SideParts) {
    const { side, objectives, level } = options
    const { config } = side
    this.#options = options
    this.#secrets = run.secrets
    this.#endpoint = endpoint
    this.#server = server
    this.metrics = new RunMetrics(performance.now(), objectives)
    const spare = Math.max(1, availableParallelism() - 1)
    const levels = [{ level, warmup: undefined, label: undefined }]
    this.#warming = warmingRequests(levels, config)
    this.#workers = config.workers === 'auto' ? threadsFor(levels, spare) : config.workers
    this.#pool = run.openPool({ workers: this.#workers, onBatch: (batch) => this.#pipeline.take(batch) })
    this.#store = run.openStore(() => this.stop(0))
    this.#pipeline = new Pipeline({ api, bodies: run.bodies, config }, this.#store)
  }

  /** As it may be shown. */
  get url(): string {
    return redactUrl(this.#endpoint.url, this.#options.side.config)
  }

  get embedded(): boolean {
    return this.#endpoint.embedded
  }

  /** What a reader must know of its answers and of the way to it. */
  async notes(): Promise<string[]> {
    const { name, onNotice } = this.#options
    const { route, origin } = this.#endpoint
    return [
      ...this.metrics.answerNotes,
      ...(await this.#pipeline.usageNotes((text) => onNotice?.(`${name}: ${text}`))),
      ...routeNotes(route, origin, joinedReport(this.#reports).connections),
    ]
  }

  /** The scenario that the endpoint took. */
  get config(): ResolvedConfig {
    return this.#options.side.config
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
    return this.#pool.progress
  }

  /** Readies threads and the result DB. @throws StoreError */
  async prepare(facts: Record<string, unknown>): Promise<void> {
    const { name, side, path } = this.#options
    const { config } = side
    await this.#store?.open(`${path}.db`, {
      ...facts,
      side: name,
      config: redactConfig(config),
      environment: environment(),
      endpoint: this.url,
      process: ownProcess(),
    })
    this.#calibration = await calibrate(this.#pool, this.#warming)
  }

  async warmUp(level: Level): Promise<void> {
    await this.#pool.preconnect(level)
    await this.#pool.run(level, true)
    await this.#pipeline.settle()
  }

  /** Sends one block; `inCache` is what it says of a cache of prompts. @throws StoreError when samples could not be written */
  async run(level: Level): Promise<{ block: SideBlock; inCache: Omit<CacheFacts, 'side'> }> {
    const { side, metrics, objectives } = this.#options
    if (side.config.preconnect) await this.#pool.preconnect(level)
    const recorder = new BlockRecorder({ firstIndex: level.firstIndex ?? 0, size: level.number, metrics, objectives })
    this.#pipeline.measure({
      add: (batch: SampleBatch) => {
        this.metrics.add(batch)
        recorder.add(batch)
      },
    })
    const report = await this.#pool.run(level, false)
    await this.#pipeline.settle()
    this.#pipeline.measure(undefined)
    this.#store?.throwIfFailed()
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
      model: side.config.model ?? '',
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
        calibration: this.#calibration,
        freeCores: Math.max(0, availableParallelism() - 1 - this.#workers),
      }),
      resultDbPath: path === undefined ? null : `${path}.db`,
    }
  }

  /** A record without the secrets of this side. */
  hideIn<T>(value: T): T {
    return this.#secrets.hideIn(value)
  }

  stop(graceMs: number): void {
    this.#pool.stop(graceMs)
  }

  /** Completes the result DB. @throws StoreError */
  async finish(result: unknown): Promise<void> {
    this.#store?.setFact('comparison', this.hideIn(result))
    await this.#store?.finish()
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#store?.close()])
    await this.#endpoint.close()
    await this.#server?.stop()
    scrubLog(this.#options.logPath, this.#secrets)
  }
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
