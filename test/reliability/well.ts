/** What a request that came to no harm must have left in the result DB, by what the server knows of it. */
import { expect } from 'vitest'
import type { RequestTruth } from '../../fixtures/index.ts'
import { tokenText } from '../../fixtures/script.ts'
import type { StoredRequest } from '../../src/records/index.ts'

export interface Allowances {
  /** Packages beside the tokens, the role and the finish. */
  morePackages?: number
  /** Token counts are not the server's. */
  estimated?: boolean
}

/** Text, tokens, packages and the order of all stamps. */
export function expectWell(row: StoredRequest, requests: readonly RequestTruth[], allowed: Allowances = {}): void {
  expect(row).toMatchObject({ success: 1, cause: null, failure: null, status: 200 })
  const { morePackages = 0, estimated = false } = allowed
  const truth = requests.find(({ index }) => `req-${index}` === row['request_id'])!
  expect(truth, `the server answered ${String(row['request_id'])}`).toBeDefined()
  const tokens = truth.outputTokens
  const text = Array.from({ length: tokens }, (_, i) => tokenText(truth.index, 0, i)).join('')
  expect(row).toMatchObject({
    response_messages: text,
    finish_reason: 'stop',
    n_chunks: tokens + 2 + morePackages,
    tokens_estimated: estimated ? 1 : 0,
  })
  if (!estimated) expect(row['completion_tokens']).toBe(tokens)
  expect(row['prompt_tokens']).toBeGreaterThan(0)
  expect(row['output_events']).toBe(tokens)
  const stamps = ['headers_time', 'first_chunk_latency', 'time_to_first_token', 'last_token_time', 'latency'].map(
    (column) => row[column as keyof StoredRequest] as number,
  )
  expect(stamps.every(Number.isFinite)).toBe(true)
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
  expect(stamps[0]).toBeGreaterThan(0)
}
