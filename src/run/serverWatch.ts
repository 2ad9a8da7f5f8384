/** Watches the server's own metrics during a measured phase, where the scenario names them. */
import { performance } from 'node:perf_hooks'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { foreignRoute } from '../config/route.ts'
import type { RunMetrics } from '../metrics/index.ts'
import type { ServerView } from '../result/index.ts'
import { maskNamed } from '../secrets/index.ts'
import { type ClientFigures, type MetricsSource, type Scrapes, ServerWatch, serverView } from '../serverView/index.ts'
import type { Endpoint } from './endpoint.ts'

/** A view holds all scrapes: told each time, the views of a long run would come to far more than its requests. */
const TOLD_GROWTH = 1.1

export interface Watching {
  /** Tells from now on what the server has seen so far, so that it outlives a run that is killed. */
  follow(metrics: RunMetrics, tell: (view: ServerView) => void): void
  /** Scrapes a last time, and says what the server saw. */
  finish(metrics: RunMetrics): Promise<ServerView>
}

/** @throws ConfigError when `metricsUrl` is no address; that nobody answers there is only noted */
export async function watchServer(config: ResolvedConfig, endpoint: Endpoint): Promise<Watching | undefined> {
  if (config.metricsUrl === undefined) return undefined
  const urls = [config.metricsUrl].flat().map((url) => metricsAddress(url, endpoint.origin))
  const intervalMs = config.metricsInterval * 1000
  let onScrape = (_scrapes: Scrapes): void => {}
  const sources = urls.map((url) => sourceOf(url, config, endpoint))
  const watch = new ServerWatch({ sources, intervalMs, onScrape: (scrapes) => onScrape(scrapes) })
  await watch.begin()
  const startedAt = performance.now()
  const viewOf = (scrapes: Scrapes, metrics: RunMetrics): ServerView =>
    serverView({
      url: urls.map((url) => maskNamed(url)).join(', '),
      intervalSeconds: config.metricsInterval,
      scrapes,
      client: clientFigures(metrics, startedAt),
    })
  return {
    follow(metrics, tell) {
      let next = 0
      onScrape = (scrapes) => {
        const count = scrapes.during.length
        if (count < next) return
        next = count * TOLD_GROWTH
        // The last scrape so far stands for the one after the run: growth of counters is up to it.
        tell(viewOf({ ...scrapes, during: scrapes.during.slice(0, -1), after: scrapes.during.at(-1) }, metrics))
      }
    },
    async finish(metrics) {
      const scrapes = await watch.finish(({ histograms }, before) => {
        const n = histograms.latency?.n ?? histograms.ttft?.n
        return (
          n === undefined || n - (before?.histograms.latency?.n ?? before?.histograms.ttft?.n ?? 0) >= metrics.succeeded
        )
      })
      const view = viewOf(scrapes, metrics)
      metrics.energyJoules = view.energy?.joules ?? Number.NaN
      return view
    },
  }
}

function sourceOf(url: string, config: ResolvedConfig, endpoint: Endpoint): MetricsSource {
  // The key is the endpoint's: another host has no business with it.
  if (new URL(url).origin !== endpoint.origin) return { url, headers: {}, route: foreignRoute(config, url) }
  const authorization = config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` }
  return { url, headers: { ...authorization, ...config.headers }, route: endpoint.route }
}

function clientFigures(metrics: RunMetrics, startedAt: number): ClientFigures {
  const total = (name: 'inputTokens' | 'outputTokens'): number | undefined => {
    const tokens = metrics.distribution(name)
    return tokens && Math.round(tokens.mean * tokens.n)
  }
  return {
    startedAt,
    ttftMs: metrics.distribution('ttft')?.mean,
    latencyMs: metrics.distribution('latency')?.mean,
    itlMs: metrics.distribution('itl')?.mean,
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    succeeded: metrics.succeeded,
    inFlight: meanInFlight(metrics),
  }
}

/** @throws ConfigError when it is neither a path nor an http address without credentials */
export function metricsAddress(given: string, origin: string): string {
  if (given.startsWith('/')) return new URL(given, origin).href
  const parsed = URL.canParse(given) ? new URL(given) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new ConfigError(
      `option "metricsUrl": "${maskNamed(given)}" is no address; write http://host:port/metrics, or /metrics for the endpoint's host`,
      'metricsUrl',
    )
  if (parsed.username !== '' || parsed.password !== '')
    throw new ConfigError('option "metricsUrl": credentials do not belong in a URL', 'metricsUrl')
  return parsed.href
}

/** Time-weighted: the sum of the time each request took, over the time all took (Little's law, read backwards). */
function meanInFlight(metrics: RunMetrics): number | undefined {
  const latency = metrics.distribution('latency')
  return latency && metrics.seconds > 0 ? (latency.mean * latency.n) / 1000 / metrics.seconds : undefined
}
