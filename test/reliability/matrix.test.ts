/** Each fault is tried, and docs/reliability.md says what was seen. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedServer, FAULTS, startServer } from '../../fixtures/index.ts'
import type { Tried } from './row.ts'
import { ROWS } from './rows.ts'
import { expectInDocs } from './table.ts'

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

describe('among requests that go well', () => {
  it.each(ROWS)('$fault', async (row) => {
    tried.set(row.fault, await row.run({ url: server.url, requests: server.requests, folder }))
  })
})

it('no fault of the embedded server is without a row', () => {
  const untried = FAULTS.filter(({ name }) => !ROWS.some(({ fault }) => fault.startsWith(`\`${name}\`: `)))
  expect(untried.map(({ name }) => name)).toEqual([])
})

it('docs/reliability.md has the table of what was seen', ({ skip }) => {
  const rows = ROWS.flatMap((row) => {
    const seen = tried.get(row.fault)
    return seen === undefined ? [] : [{ ...row, ...seen }]
  })
  skip(rows.length < ROWS.length, 'not every row was tried')
  expectInDocs('server', rows)
})
