/** The way of a batch: token counts, figures, disk; in order, although counting may have to wait for its tables. */
import { setImmediate } from 'node:timers/promises'
import type { Api } from '../apis/index.ts'
import type { Price, ResolvedConfig } from '../config/index.ts'
import { showsSpeed } from '../datasets/index.ts'
import { Bodies, type SharedBodies } from '../load/index.ts'
import { type SpeedRecorder, speedRecorder } from '../metrics/index.ts'
import type { ResultStore } from '../records/index.ts'
import type { PromptCache, Result } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { loadTokenizer, type TokenCounter } from '../tokens/index.ts'
import type { CostBudget } from './costBudget.ts'
import { countItems } from './itemCounts.ts'
import { priceOf, priceRequests } from './prices.ts'
import { CacheWatch, type PromptUse } from './promptUse.ts'
import { countUncountedMedia, estimateTokens, lacksTokens } from './tokenEstimates.ts'
import { roughUsageCheck, type UsageCheck, usageCheck } from './usageCheck.ts'

export interface PipelineOptions {
  api: Api
  bodies: SharedBodies
  config: ResolvedConfig
  /** Of the run; absent: it is not looked at what comes from a cache. */
  promptUse?: PromptUse
  /** Of the run; absent: it may cost anything. */
  budget?: CostBudget | undefined
}

/** What counts the batches of a measured phase. */
export interface BatchSink {
  add(batch: SampleBatch): void
}

export class Pipeline {
  #sink: BatchSink | undefined
  readonly #bodies: Bodies
  readonly #store: ResultStore | undefined
  readonly #config: ResolvedConfig
  readonly #api: Api
  readonly #price: Price | undefined
  readonly #budget: CostBudget | undefined
  readonly #usage: UsageCheck | undefined
  readonly #roughUsage = roughUsageCheck()
  readonly #speed: SpeedRecorder | undefined
  readonly #cache: CacheWatch | undefined
  readonly #inputCounts = new Map<number, number>()
  readonly #itemCounts = new Map<number, number>()
  /** Measured answers whose input was counted here, without the pictures in it. */
  #uncountedMedia = 0
  #counter: TokenCounter | undefined
  #queue: Promise<void> | undefined

  constructor({ api, bodies, config, promptUse, budget }: PipelineOptions, store: ResultStore | undefined) {
    this.#api = api
    this.#price = priceOf(config)
    this.#budget = budget
    this.#bodies = new Bodies(bodies)
    this.#store = store
    this.#config = config
    this.#usage = config.tokenizerPath === undefined ? undefined : usageCheck(this.#bodies, api)
    this.#cache = promptUse && new CacheWatch(promptUse, this.#bodies, api)
    this.#speed = showsSpeed(config) ? speedRecorder() : undefined
  }

  /** Undefined unless the dataset is about speed. */
  get speed(): Result['speed'] {
    return this.#speed?.rows()
  }

  /** Where token counts are not those of the tokenizer named, or lack what no tokenizer counts. */
  async usageNotes(notice?: (text: string) => void): Promise<string[]> {
    const notes =
      this.#uncountedMedia === 0
        ? []
        : [
            `The input tokens of ${this.#uncountedMedia} answers are without their pictures, sound and video: the server reported no usage, and only texts can be counted here.`,
          ]
    if (this.#usage === undefined) {
      const load = async (): Promise<TokenCounter> => (this.#counter ??= await loadTokenizer(this.#config))
      return [...notes, ...(await this.#roughUsage.notes(load))]
    }
    this.#counter ??= await loadTokenizer(this.#config)
    return [...notes, ...(await this.#usage.notes(this.#counter, notice))]
  }

  /** What came from the server's cache of prompts although the run did not mean it to, with what is to be said of it. */
  async promptCache(): Promise<{ promptCache: PromptCache | undefined; notes: string[] }> {
    const promptCache = await this.#cache?.facts(async () => {
      this.#counter ??= await loadTokenizer(this.#config)
      return this.#counter
    })
    return { promptCache, notes: promptCache === undefined ? [] : this.#cache!.notes(promptCache) }
  }

  /** From now on, batches count; without a sink, they do no longer. */
  measure(sink: BatchSink | undefined): void {
    this.#sink = sink
  }

  take(batch: SampleBatch): void {
    if (this.#queue === undefined && (this.#counter !== undefined || !lacksTokens(batch, this.#api)))
      this.#process(batch)
    else this.#queue = (this.#queue ?? Promise.resolve()).then(() => this.#count(batch))
  }

  async settle(): Promise<void> {
    await this.#queue
    this.#queue = undefined
  }

  async #count(batch: SampleBatch): Promise<void> {
    this.#counter ??= await loadTokenizer(this.#config)
    this.#process(batch)
    // Timers have their turn between two batches, so that progress is shown while many are counted.
    await setImmediate()
  }

  #process(batch: SampleBatch): void {
    if (this.#counter !== undefined) estimateTokens(batch, this.#bodies, this.#api, this.#counter, this.#inputCounts)
    countItems(batch, this.#bodies, this.#api, this.#itemCounts)
    if (this.#price !== undefined) priceRequests(batch, this.#price)
    this.#budget?.add(batch)
    this.#cache?.add(batch, this.#sink !== undefined)
    if (this.#sink !== undefined) {
      this.#sink.add(batch)
      if (this.#usage === undefined) this.#roughUsage.add(batch)
      else this.#usage.add(batch)
      if (this.#counter !== undefined) this.#uncountedMedia += countUncountedMedia(batch, this.#bodies)
      this.#speed?.add(batch)
    }
    this.#store?.write(batch)
  }
}
