/** Which prompts a run has sent, and what of them the server had in its cache: figures of cached prompts are others. */
import type { Api } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { sharedTokens } from '../datasets/index.ts'
import { formatCount } from '../gates/index.ts'
import type { Bodies } from '../load/index.ts'
import type { PromptCache, PromptsFromCache } from '../result/index.ts'
import { C, causeOf, ROW, type SampleBatch } from '../samples/index.ts'
import type { TokenCounter } from '../tokens/index.ts'
import { textTokens } from './tokenEstimates.ts'

/** Prompts that are counted to learn what a chat template adds to them. */
const COUNTED_AT_MOST = 20

/** The prompts of all levels of a run, which a server may know from one another. */
export class PromptUse {
  readonly #sent = new Set<number>()
  readonly #prompts: number
  /** Tokens that all prompts may begin with; undefined where prompts are not made up for the run. */
  readonly shared: number | undefined

  /**
   * @param prompts different ones; body i has prompt i modulo their number
   * @throws ConfigError when there is no such dataset, or its arguments are wrong
   */
  constructor(config: ResolvedConfig, prompts: number) {
    this.shared = sharedTokens(config)
    this.#prompts = Math.max(1, prompts)
  }

  /** Remembers the prompt of a body. @returns whether it had been sent before */
  send(body: number): boolean {
    const before = this.#sent.size
    this.#sent.add(body % this.#prompts)
    return this.#sent.size === before
  }

  get different(): number {
    return this.#sent.size
  }
}

/** What of one level came from a cache. */
export class CacheWatch {
  readonly #use: PromptUse
  readonly #bodies: Bodies
  readonly #api: Api
  readonly #repeated: PromptsFromCache = { requests: 0, fromCache: 0, cachedTokens: 0 }
  #fresh = 0
  /** How many fresh prompts had so many cached tokens. */
  readonly #cached = new Map<number, number>()
  readonly #counted: { body: number; inputTokens: number }[] = []

  constructor(use: PromptUse, bodies: Bodies, api: Api) {
    this.#use = use
    this.#bodies = bodies
    this.#api = api
  }

  /** @param measured false for the warmup, whose prompts are in the cache afterwards */
  add(batch: SampleBatch, measured: boolean): void {
    for (let row = 0; row < batch.count; row++) this.#addRow(batch, row, measured)
  }

  #addRow(batch: SampleBatch, row: number, measured: boolean): void {
    const at = row * ROW
    const { numbers } = batch
    // The history of a later turn is in the cache because it was sent with the turn before.
    if (numbers[at + C.turn]! > 0) return
    const body = numbers[at + C.body]!
    const isRepeated = this.#use.send(body)
    const cachedTokens = numbers[at + C.cachedTokens]!
    if (!measured || causeOf(batch, row) !== undefined || Number.isNaN(cachedTokens)) return
    if (isRepeated) {
      this.#repeated.requests++
      if (cachedTokens > 0) this.#repeated.fromCache++
      this.#repeated.cachedTokens += cachedTokens
      return
    }
    this.#fresh++
    const { shared } = this.#use
    if (shared === undefined || cachedTokens <= shared) return
    this.#cached.set(cachedTokens, (this.#cached.get(cachedTokens) ?? 0) + 1)
    if (this.#counted.length < COUNTED_AT_MOST) this.#counted.push({ body, inputTokens: numbers[at + C.inputTokens]! })
  }

  /** Undefined where nothing came from a cache that the run does not explain. */
  async facts(counter: () => Promise<TokenCounter>): Promise<PromptCache | undefined> {
    const fresh: PromptsFromCache = { requests: this.#fresh, fromCache: 0, cachedTokens: 0 }
    if (this.#cached.size > 0) {
      const explained = this.#use.shared! + this.#templateTokens(await counter())
      for (const [tokens, requests] of this.#cached) {
        if (tokens <= explained) continue
        fresh.fromCache += requests
        fresh.cachedTokens += requests * (tokens - explained)
      }
    }
    return fresh.fromCache + this.#repeated.fromCache === 0 ? undefined : { fresh, repeated: { ...this.#repeated } }
  }

  /** What a server puts around a prompt may be in its cache in any case: at most what it counts beyond the text. */
  #templateTokens(counter: TokenCounter): number {
    const beyond = this.#counted.map(
      ({ body, inputTokens }) => inputTokens - textTokens(this.#bodies.text(body), this.#api, counter),
    )
    return Math.max(0, Math.min(...beyond))
  }

  notes({ fresh, repeated }: PromptCache): string[] {
    return [
      ...(fresh.fromCache === 0
        ? []
        : [
            `The server had ${formatCount(fresh.fromCache)} of ${formatCount(fresh.requests)} prompts that were made up for this run in its prompt cache, with ${formatCount(fresh.cachedTokens)} tokens. Their times are those of a cache. Leave promptSalt (--prompt-salt) out or give another, or empty the cache of the server.`,
          ]),
      ...(repeated.fromCache === 0
        ? []
        : [
            `Prompts repeat: the run has sent ${formatCount(this.#use.different)} different ones, and ${formatCount(repeated.fromCache)} of ${formatCount(repeated.requests)} requests with a prompt sent before had ${formatCount(repeated.cachedTokens)} tokens of it in the server's prompt cache. Give a dataset with more prompts, or made-up ones (--dataset random).`,
          ]),
    ]
  }
}
