/** Small runs against an endpoint: the whole pipeline, or its sending part alone, on this thread. */
import { findApi, resolveEndpoint } from '../../src/apis/index.ts'
import { type Config, resolveConfig } from '../../src/config/index.ts'
import { routeOf } from '../../src/config/route.ts'
import { Bodies, packBodies } from '../../src/load/bodies.ts'
import { Counters } from '../../src/load/counters.ts'
import { Engine } from '../../src/load/engine.ts'
import { errorCounts, RunMetrics } from '../../src/metrics/index.ts'
import { requestHeaders } from '../../src/run/endpoint.ts'
import { type Outcome, runPerfBenchmark } from '../../src/run/index.ts'
import { wired } from '../../src/run/route.ts'
import { BatchWriter } from '../../src/samples/index.ts'

/** All of it, without files. */
export function runAgainst(url: string, config: Config = {}): Promise<Outcome> {
  return runPerfBenchmark({
    url,
    model: 'm',
    prompt: 'hi',
    number: 2,
    store: 'none',
    workers: 1,
    ...config,
  })
}

export interface Sent {
  errors: Record<string, number>
  failures: readonly { cause: string; message: string }[]
  answered: number
  total: number
  metrics: RunMetrics
  /** Connections opened, and those of them that speak HTTP/2. */
  connections: number
  http2: number
}

/** What a load thread does, on this one: eight requests, two at a time, each of which opens the connection it needs. */
export async function send(url: string, given: Config = {}): Promise<Sent> {
  const config = resolveConfig({ url, model: 'm', number: 8, parallel: 2, preconnect: false, ...given })
  const api = findApi('openai')
  const { origin, path } = resolveEndpoint(url, api)
  const route = routeOf(config, origin + path)
  const parallel = config.parallel as number
  const writer = new BatchWriter(0)
  const engine = new Engine({
    target: {
      api,
      origin,
      ...wired(route, { origin, path }, requestHeaders(config, api)),
      stream: true,
      connectTimeoutMs: config.connectTimeout * 1000,
      readTimeoutMs: config.readTimeout * 1000,
      route,
    },
    bodies: new Bodies(packBodies([JSON.stringify({ model: 'm', stream: true, messages: [] })])),
    counters: new Counters(1),
    worker: 0,
    workers: 1,
    totalTimeoutMs: config.totalTimeout * 1000,
    writer,
    onBatchDue: () => {},
  })
  if (config.preconnect) await engine.preconnect(parallel)
  const number = config.number as number
  await engine.runPhase({
    level: {
      executor: 'shared-iterations',
      parallel,
      number,
      rate: -1,
      durationMs: Number.POSITIVE_INFINITY,
      burstiness: 1,
      stages: [],
      timestamps: [],
      seed: 0,
    },
    startAt: performance.now(),
    warmup: false,
  })
  engine.close()
  const metrics = new RunMetrics(0)
  metrics.add(writer.take())
  metrics.addTimes('connect', engine.connectMs)
  return {
    errors: errorCounts(metrics),
    failures: metrics.failures,
    answered: metrics.succeeded,
    total: metrics.total,
    metrics,
    connections: engine.connectionsOpened,
    http2: engine.http2Connections,
  }
}
