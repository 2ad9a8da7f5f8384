/** A wall clock that jumps an hour back and forth, in the process and in its load thread, changes no duration. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { dbOf, folder, perfgate, resultOf, soundRows } from './child.ts'

const api = new URL('./apis/planted.ts', import.meta.url).pathname

test('durations, stamps and the order of rows are those of the server', async () => {
  const server = await startServer({ ttft: { meanMs: 30 }, itl: { meanMs: 5 }, outputTokens: 5 })
  const outputs = folder()
  const preload = join(outputs, 'clock.mjs')
  // For every thread, also those whose code nothing of the user's is loaded into; `new Date()` jumps too.
  writeFileSync(
    preload,
    `const now = Date.now; let reads = 0
     const jumping = () => now() + (++reads % 2 === 0 ? -3_600_000 : 3_600_000)
     globalThis.Date = class extends Date { constructor(...args) { super(...(args.length === 0 ? [jumping()] : args)) } static now() { return jumping() } }\n`,
  )
  const began = Date.now()
  const { code, stdout, stderr } = await perfgate(
    [
      ...['--url', server.url, '--model', 'm', '--api', 'custom', '--custom-api', api, '--outputs-dir', outputs],
      ...['--number', '20', '--parallel', '2', '--duration', '60', '--on-invalid', 'warn'],
    ],
    { PLANTED: 'clock', NODE_OPTIONS: `--import=${preload}` },
  ).ended
  await server.close()
  expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  const rows = soundRows(dbOf(outputs), 'request_id, latency, time_to_first_token, start_time, completed_time')
  expect(rows).toHaveLength(20)
  for (const row of rows) {
    const { receivedAt, endedAt } = server.requests.find(({ index }) => `req-${index}` === row['request_id'])!
    const latencyMs = Number(row['latency']) * 1000
    // No shorter than what the server took, and by far not an hour longer.
    expect(latencyMs).toBeGreaterThanOrEqual(endedAt! - receivedAt - 1)
    expect(latencyMs).toBeLessThan(30_000)
    expect(Number(row['completed_time']) - Number(row['start_time'])).toBeCloseTo(latencyMs / 1000, 5)
    // Times of day come from the clock as it was once, when the process began, whatever it was set to later.
    expect(Math.abs(Number(row['start_time']) * 1000 - began)).toBeLessThan(60_000)
  }
  const { summary, timeline } = resultOf(outputs)
  expect(summary.timeTakenSeconds).toBeLessThan(60)
  expect(timeline!.completed.reduce((sum, n) => sum + n, 0)).toBe(20)
})
