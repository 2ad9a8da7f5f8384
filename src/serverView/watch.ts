/** Scrapes a server's metrics while a run goes on, on the calling thread; a scrape that fails is noted and no more. */
import { performance } from 'node:perf_hooks'
import { exchange } from '../client/exchange.ts'
import type { Route } from '../client/route.ts'
import { sleep, startTimer, type Timer } from '../config/timers.ts'
import { joinSnapshots, readSnapshot, type Snapshot } from './snapshot.ts'

export interface Scrape extends Snapshot {
  /** `performance.now()` when the answer was here. */
  at: number
}

export interface Scrapes {
  /** Undefined when that scrape failed. */
  before: Scrape | undefined
  /** While the run went on, in order. */
  during: Scrape[]
  after: Scrape | undefined
  /** How often scrapes failed, by what was wrong. */
  failures: Map<string, number>
}

/** An address that is scraped. */
export interface MetricsSource {
  url: string
  headers: Record<string, string>
  route?: Route | undefined
}

export interface WatchOptions {
  /** All are asked at once; a scrape in which one of them fails counts as failed, since its sums would lack a part. */
  sources: readonly MetricsSource[]
  intervalMs: number
  /** Told after each scrape while the run goes on. */
  onScrape?: (scrapes: Scrapes) => void
}

/** Longest wait for one scrape. */
const TIMEOUT_MS = 5000
/** An engine counts a request a moment after its last byte has left. */
const LAST_TRIES = 5
const LAST_PAUSE_MS = 100

export class ServerWatch {
  readonly #options: WatchOptions
  readonly #scrapes: Scrapes = { before: undefined, during: [], after: undefined, failures: new Map() }
  #timer: Timer | undefined
  #pending: Promise<unknown> = Promise.resolve()
  #over = false

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Scrapes once, then again and again until `finish`. */
  async begin(): Promise<void> {
    this.#scrapes.before = await this.#scrape()
    this.#next()
  }

  /** @param isComplete whether a last scrape counts all of the run; it is taken again a few times until it does */
  async finish(isComplete: (last: Scrape, before: Scrape | undefined) => boolean): Promise<Scrapes> {
    this.#over = true
    this.#timer?.stop()
    await this.#pending
    for (let tries = 0; tries < LAST_TRIES; tries++) {
      if (tries > 0) await sleep(LAST_PAUSE_MS)
      const last = await this.#scrape()
      if (last === undefined) break
      this.#scrapes.after = last
      if (isComplete(last, this.#scrapes.before)) break
    }
    return this.#scrapes
  }

  /** A slow server is asked again an interval after it answered, not before. */
  #next(): void {
    this.#timer = startTimer(() => {
      this.#pending = this.#scrape().then((scrape) => {
        if (scrape !== undefined) this.#scrapes.during.push(scrape)
        this.#options.onScrape?.(this.#scrapes)
        if (!this.#over) this.#next()
      })
    }, this.#options.intervalMs)
  }

  async #scrape(): Promise<Scrape | undefined> {
    const { sources } = this.#options
    const results = await Promise.allSettled(sources.map(scrapeOne))
    const snapshots = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      const words = wordsOf(result.reason as Error)
      const told = sources.length === 1 ? words : `${new URL(sources[i]!.url).host}: ${words}`
      this.#scrapes.failures.set(told, (this.#scrapes.failures.get(told) ?? 0) + 1)
    }
    return snapshots.length < sources.length ? undefined : { ...joinSnapshots(snapshots), at: performance.now() }
  }
}

async function scrapeOne({ url, headers, route }: MetricsSource): Promise<Snapshot> {
  const { status, text, isCut } = await exchange({
    url,
    method: 'GET',
    headers: Object.entries(headers).flat(),
    timeoutMs: TIMEOUT_MS,
    route,
  })
  if (status < 200 || status >= 300) throw new Error(`HTTP ${status}`)
  if (isCut) throw new Error('the answer is too large')
  return readSnapshot(text)
}

/** fetch wraps what happened in "fetch failed". */
function wordsOf(error: Error): string {
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? wordsOf(inner) : error.message || error.name
}
