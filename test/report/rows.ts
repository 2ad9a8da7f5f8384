/** Rows of a result DB, made up with known figures. */
import { COLUMN_NAMES, type StoredRequest } from '../../src/records/index.ts'

const EMPTY = Object.fromEntries(COLUMN_NAMES.map((name) => [name, null])) as StoredRequest

/** Request i starts at i × 10 ms, has its first token after 20 ms + i mod 7 and ends after 100 ms + i mod 50. */
export function madeRow(i: number, more: Partial<StoredRequest> = {}): StoredRequest {
  return {
    ...EMPTY,
    request_index: i,
    request: '{"messages":[{"role":"user","content":"hello"}]}',
    start_time: 1_764_000_000 + i * 0.01,
    inter_token_latencies: '[0.002,0.002]',
    success: 1,
    response_messages: `answer ${i}`,
    completed_time: 1_764_000_000.1 + i * 0.01 + (i % 50) / 1000,
    latency: 0.1 + (i % 50) / 1000,
    first_chunk_latency: 0.02 + (i % 7) / 1000,
    n_chunks: 3,
    prompt_tokens: 12,
    completion_tokens: 3,
    time_per_output_token: 0.002,
    is_stream: 1,
    warmup: 0,
    worker: 0,
    scheduled_time: 1_764_000_000 + i * 0.01,
    dispatch_delay: 0,
    time_to_first_token: 0.02 + (i % 7) / 1000,
    last_token_time: 0.09,
    tokens_estimated: 0,
    status: 200,
    finish_reason: 'stop',
    ...more,
  }
}

export function failedRow(i: number, failure: string, cause = 'http-5xx'): StoredRequest {
  return madeRow(i, {
    success: 0,
    cause,
    failure,
    status: 503,
    response_messages: '',
    time_to_first_token: null,
    time_per_output_token: null,
    first_chunk_latency: null,
    completion_tokens: null,
    latency: 0.005,
  })
}
