/** Each fault is tried, and what was seen is what docs/reliability.md says. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { ROWS } from './faults/index.ts'
import type { Tried } from './row.ts'

let server: EmbeddedServer
const folder = mkdtempSync(join(tmpdir(), 'perfgate-'))
const tried = new Map<string, Tried>()

beforeAll(async () => {
  server = await startServer({ ttft: { meanMs: 4 }, itl: { meanMs: 1 }, outputTokens: 8 })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

describe('every third request meets a fault, and the others go well', () => {
  it.each(ROWS)('$fault', async (row) => {
    const seen = await row.run({ url: server.url, requests: server.requests, folder })
    tried.set(row.fault, seen)
    console.log(row.fault, '→', seen.seen)
  })
})
