/** Ctrl-C, SIGTERM and SIGHUP, once and twice, on every command that sends load. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { dbOf, folder, named, perfgate, resultOf, soundRows } from './child.ts'

/** Half a second for each answer: some are in flight at any moment. */
const slow = await startServer({ ttft: { meanMs: 300 }, itl: { meanMs: 20 }, outputTokens: 10 })
const endless = await startServer({ ttft: { meanMs: 600_000 }, itl: { meanMs: 1 }, outputTokens: 2 })
const asked: number[] = []
const silent = createServer((socket) => {
  asked.push(performance.now())
  socket.on('error', () => {})
})
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
afterAll(async () => {
  silent.close()
  await Promise.all([slow.close(), endless.close()])
})

const scenario = (url: string, outputs: string): string[] => [
  ...['--url', url, '--model', 'm', '--number', '5000', '--parallel', '4', '--outputs-dir', outputs],
  ...['--enable-progress-tracker', '--on-invalid', 'warn'],
]
const statusIn = (outputs: string): string => JSON.parse(readFileSync(join(outputs, 'progress.json'), 'utf8')).status
const until = { timeout: 60_000, interval: 20 }

describe.concurrent('an interrupted command', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s once: what is in flight finishes, is written and summarised; exit %i', async (signal, code) => {
    const outputs = folder()
    // Each test's own path tells its requests from those of the others.
    const url = `${slow.url}/chat/completions?by=${signal}`
    const run = perfgate([...scenario(url, outputs), '--threshold', 'p99(latency) < 100 s'])
    const received = (): typeof slow.requests => slow.requests.filter(({ path }) => path.endsWith(`by=${signal}`))
    await expect.poll(() => received().length, until).toBeGreaterThan(9)
    run.child.kill(signal)
    const { code: ended, stdout, stderr } = await run.ended
    expect(ended).toBe(code)
    expect(stderr).toContain('Stopping. Requests in flight may finish')
    expect(stdout).toContain('Benchmarking summary:')
    expect(stdout).toContain('Verdict: incomplete, the run was cut short after')
    // The connection test is the one request that is not a row.
    const rows = soundRows(dbOf(outputs), 'success, request_id')
    expect(rows.length).toBe(received().length - 1)
    expect(received().every(({ cancelled, endedAt }) => !cancelled && endedAt !== undefined)).toBe(true)
    expect(rows.every(({ success }) => success === 1)).toBe(true)
    const result = resultOf(outputs)
    // The threshold is kept as far as the run went, which is no pass.
    expect(result).toMatchObject({
      interrupted: true,
      verdict: 'undecided',
      thresholds: [{ verdict: 'pass' }, { verdict: 'pass' }],
    })
    expect(result.summary.totalRequests).toBe(rows.length)
    expect(statusIn(outputs)).toBe('interrupted')
  })

  test('twice: requests in flight are cancelled at once, and the DB has them so', async () => {
    const outputs = folder()
    const url = `${endless.url}/chat/completions`
    const run = perfgate([...scenario(url, outputs), '--no-test-connection'])
    await expect.poll(() => endless.requests.length, until).toBe(4)
    run.child.kill('SIGINT')
    await expect.poll(run.stderr, until).toContain('Stopping')
    expect(run.child.exitCode).toBeNull()
    run.child.kill('SIGINT')
    const { code, stderr } = await run.ended
    expect(code).toBe(130)
    expect(stderr).toContain('cancelling the requests in flight')
    expect(endless.requests).toHaveLength(4)
    expect(soundRows(dbOf(outputs), 'cause')).toEqual(Array.from({ length: 4 }, () => ({ cause: 'cancelled' })))
    expect(resultOf(outputs)).toMatchObject({ interrupted: true, errors: { cancelled: 4 } })
    expect(statusIn(outputs)).toBe('interrupted')
  })

  test('with --outlive-parent the run goes on when its terminal closes', async () => {
    const outputs = folder()
    const args = scenario(`${slow.url}/chat/completions?by=outliving`, outputs)
    const run = perfgate([...args.map((word) => (word === '5000' ? '40' : word)), '--outlive-parent'])
    const received = (): number => slow.requests.filter(({ path }) => path.includes('by=outliving')).length
    await expect.poll(received, until).toBeGreaterThan(4)
    run.child.kill('SIGHUP')
    expect((await run.ended).code).toBe(0)
    expect(resultOf(outputs)).toMatchObject({ interrupted: false, summary: { succeededRequests: 40 } })
  })

  test('while the endpoint does not even answer the connection test: at once, and nothing passes', async () => {
    const outputs = folder()
    const { port } = silent.address() as { port: number }
    const run = perfgate(scenario(`http://127.0.0.1:${port}`, outputs))
    await expect.poll(() => asked.length, until).toBeGreaterThan(0)
    run.child.kill('SIGINT')
    const { code } = await run.ended
    expect(code).toBe(130)
    expect(resultOf(outputs)).toMatchObject({ interrupted: true, verdict: 'undecided', summary: { totalRequests: 0 } })
  })

  test('sweep: the levels that were measured are drawn, and the one that was cut short says so', async () => {
    const outputs = folder()
    const url = `${slow.url}/chat/completions?by=sweep`
    const run = perfgate(['sweep', ...scenario(url, outputs), '--to', '8'])
    await expect
      .poll(() => slow.requests.filter(({ path }) => path.endsWith('by=sweep')).length, until)
      .toBeGreaterThan(4)
    run.child.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect(code).toBe(130)
    expect(stdout).toContain('the sweep was interrupted')
    expect(resultOf(outputs)).toMatchObject({ interrupted: true, verdict: 'undecided' })
    expect(statusIn(outputs)).toBe('interrupted')
  })

  test('compare: both DBs are sound, and the verdict is no pass', async () => {
    const outputs = folder()
    const sides = ['baseline', 'candidate'].flatMap((side) => [
      `--${side}-url`,
      `${slow.url}/chat/completions?by=compare-${side}`,
    ])
    const run = perfgate([
      ...['compare', ...sides, '--model', 'm', '--number', '5000', '--parallel', '4', '--outputs-dir', outputs],
      ...['--regression', 'p50(latency) 500 %', '--enable-progress-tracker'],
    ])
    await expect
      .poll(() => slow.requests.filter(({ path }) => path.includes('by=compare')).length, until)
      .toBeGreaterThan(6)
    run.child.kill('SIGTERM')
    const { code, stdout } = await run.ended
    expect(code).toBe(143)
    expect(stdout).toContain('interrupted')
    const comparison = JSON.parse(readFileSync(named(outputs, /comparison.*\.json$/), 'utf8'))
    expect(comparison.interrupted).toBe(true)
    expect(comparison.verdict).not.toBe('pass')
    for (const side of ['baseline', 'candidate'])
      expect(soundRows(named(outputs, new RegExp(`${side}.*\\.db$`)), 'success')).toBeInstanceOf(Array)
    expect(statusIn(outputs)).toBe('interrupted')
  })
})
