/** One scrape as figures, whatever the engine calls them. */
import { COUNTERS, type Counter, ENGINES, GAUGES, type Gauge, HISTOGRAMS, type HistogramName } from './engines.ts'
import { parsePrometheus, type Sample, type Samples } from './prometheus.ts'

/** Counts up to each bound; both are sums over all label sets. */
export interface Histogram {
  /** Upper bounds, seconds, ascending; the last is Infinity. */
  bounds: number[]
  /** Cumulative: samples up to the bound of the same index. */
  counts: number[]
  sumSeconds: number
  n: number
}

export interface Snapshot {
  engine: string
  gauges: Partial<Record<Gauge, number>>
  counters: Partial<Record<Counter, number>>
  histograms: Partial<Record<HistogramName, Histogram>>
}

/**
 * @throws Error naming the line that is not of Prometheus' format, or that no known engine's metrics are there
 */
export function readSnapshot(text: string): Snapshot {
  const samples = parsePrometheus(text)
  const names = [...samples.keys()]
  const engine = ENGINES.find(({ prefix }) => names.some((name) => name.startsWith(prefix)))
  if (engine === undefined)
    throw new Error(
      `none of the ${names.length} metrics there is of a known engine (${ENGINES.map(({ prefix }) => `${prefix}…`).join(', ')}); is it the engine's own /metrics, and are its metrics on?`,
    )
  const found = <K extends Gauge | Counter | HistogramName, V>(
    keys: readonly K[],
    read: (name: string, key: K) => V | undefined,
  ): Partial<Record<K, V>> => {
    const all: Partial<Record<K, V>> = {}
    for (const key of keys)
      for (const name of engine.names[key] ?? []) {
        const value = all[key] === undefined ? read(name, key) : undefined
        if (value !== undefined) all[key] = value
      }
    return all
  }
  return {
    engine: engine.engine,
    gauges: found(GAUGES, (name, key) =>
      // Shares of several caches do not add up.
      key === 'kvCacheShare' ? mean(samples.get(name)) : total(samples.get(name)),
    ),
    counters: found(COUNTERS, (name) => total(samples.get(name))),
    histograms: found(HISTOGRAMS, (name) => histogram(samples, name)),
  }
}

/** What a histogram counted from one snapshot to a later one; undefined when the server began anew in between. */
export function histogramBetween(before: Histogram | undefined, after: Histogram): Histogram | undefined {
  if (before === undefined) return after
  const counts = after.counts.map((count, i) => count - (before.counts[before.bounds.indexOf(after.bounds[i]!)] ?? 0))
  const n = after.n - before.n
  if (n < 0 || counts.some((count) => count < 0)) return undefined
  return { bounds: after.bounds, counts, sumSeconds: after.sumSeconds - before.sumSeconds, n }
}

function histogram(samples: Samples, name: string): Histogram | undefined {
  const n = total(samples.get(`${name}_count`))
  const sumSeconds = total(samples.get(`${name}_sum`))
  if (n === undefined || sumSeconds === undefined) return undefined
  const byBound = new Map<number, number>()
  for (const { labels, value } of samples.get(`${name}_bucket`) ?? []) {
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])
    if (!Number.isNaN(bound)) byBound.set(bound, (byBound.get(bound) ?? 0) + value)
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b)
  return { bounds, counts: bounds.map((bound) => byBound.get(bound)!), sumSeconds, n }
}

function total(samples: readonly Sample[] | undefined): number | undefined {
  const values = finite(samples)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

function mean(samples: readonly Sample[] | undefined): number | undefined {
  const sum = total(samples)
  return sum === undefined ? undefined : sum / finite(samples).length
}

/** A gauge that was never set is NaN. */
function finite(samples: readonly Sample[] | undefined): number[] {
  return (samples ?? []).map(({ value }) => value).filter(Number.isFinite)
}
