/** Sends exported OTLP to a collector over HTTP. */
import { ConfigError, EndpointError } from '../../config/index.ts'
import type { ExportedFile } from './format.ts'
import { pieces } from './write.ts'

const TIMEOUT_MS = 30_000

/**
 * @param endpoint base URL of the collector; `/v1/metrics` and `/v1/traces` are added
 * @returns what was sent, in words
 * @throws EndpointError when the collector refuses, in whole or in part, or does not answer
 */
export async function sendOtlp(
  endpoint: string,
  headers: Record<string, string>,
  files: readonly ExportedFile[],
): Promise<string> {
  if (!/^https?:\/\//.test(endpoint))
    throw new ConfigError(`option --endpoint: expected a URL that begins with http:// or https://, got "${endpoint}"`)
  const base = endpoint.replace(/\/+$/, '')
  const counts = { metrics: 0, traces: 0 }
  for (const { ending, content } of files) {
    const signal = ending.includes('metrics') ? 'metrics' : 'traces'
    for (const piece of pieces(content)) {
      await post(`${base}/v1/${signal}`, headers, piece)
      counts[signal]++
    }
  }
  return `${counts.metrics} requests of metrics and ${counts.traces} of traces`
}

async function post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    const cause = (error as { cause?: Error }).cause
    throw new EndpointError(`${url}: ${cause?.message ?? (error as Error).message}; is a collector listening there?`)
  }
  const text = await answer.text()
  if (!answer.ok) throw new EndpointError(`${url}: HTTP ${answer.status}: ${text.slice(0, 300)}`, answer.status)
  const refused = /"rejected(?:Spans|DataPoints)"\s*:\s*"?([1-9]\d*)/.exec(text)
  if (refused !== null) throw new EndpointError(`${url}: ${refused[1]} were refused: ${text.slice(0, 300)}`)
}
