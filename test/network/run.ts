/** A small run against an endpoint, without files. */
import type { Config } from '../../src/config/index.ts'
import { type Outcome, runPerfBenchmark } from '../../src/run/index.ts'

export function send(url: string, config: Config = {}): Promise<Outcome> {
  return runPerfBenchmark({
    url,
    model: 'm',
    prompt: 'hi',
    number: 8,
    parallel: 2,
    store: 'none',
    noTestConnection: true,
    // A failure is one of the request that met it, not of a connection opened ahead.
    preconnect: false,
    workers: 1,
    ...config,
  })
}
