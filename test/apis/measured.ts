/** Runs a small load against an embedded server and gives what was measured beside what is true. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type RequestTruth, type ServerOptions, startServer } from '../../fixtures/index.ts'
import type { Config } from '../../src/config/index.ts'
import type { Result } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

export interface Row {
  request: string
  request_id: string
  success: number
  response_messages: string
  latency: number
  first_chunk_latency: number | null
  time_to_first_token: number | null
  last_token_time: number | null
  inter_token_latencies: string
  n_chunks: number
  output_events: number
  prompt_tokens: number
  completion_tokens: number | null
  cached_tokens: number | null
  reasoning_tokens: number | null
  finish_reason: string | null
  tokens_estimated: number
  cause: string | null
  failure: string | null
}

export interface Measured {
  result: Result
  rows: Row[]
  requests: RequestTruth[]
}

/** @param config everything but the address; `path` is appended to the server's own */
export async function measure(server: ServerOptions, config: Config, path = ''): Promise<Measured> {
  const started = await startServer(server)
  try {
    return await measureAt(`http://127.0.0.1:${started.port}${path}`, config, () => [...started.requests])
  } finally {
    await started.close()
  }
}

export async function measureAt(
  url: string,
  config: Config,
  requests: () => RequestTruth[] = () => [],
): Promise<Measured> {
  const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-'))
  const { result } = await runPerfBenchmark({ model: 'm', noTestConnection: true, outputsDir, url, ...config })
  const db = new DatabaseSync(result.summary.resultDbPath!, { readOnly: true })
  const rows = db.prepare('select * from result order by request_index').all() as unknown as Row[]
  db.close()
  return { result, rows, requests: requests() }
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
