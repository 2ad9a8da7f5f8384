/** Threads that crash, end or hang: the load thread by a mistake in the user's module, the store thread by ours. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { packBodies } from '../../src/load/index.ts'
import { ResultStore, StoreError } from '../../src/records/index.ts'
import { RestingThreads } from '../../src/threads/index.ts'
import { dbOf, folder, named, perfgate, resultOf, soundRows } from './child.ts'

const server = await startServer({ ttft: { meanMs: 5 }, itl: { meanMs: 1 }, outputTokens: 8 })
afterAll(() => server.close())
const api = new URL('./apis/planted.ts', import.meta.url).pathname

describe.concurrent('a load thread', () => {
  test.each([
    ['throw', 'load thread 0 crashed: planted error'],
    ['reject', 'load thread 0 crashed: planted rejection'],
    ['exit', 'load thread 0 ended before its work was done'],
    ['block', 'load thread 0 hung: it did not answer for 10 s'],
  ])('that does this: %s: the run is invalid, says why, and keeps what was measured', async (planted, reason) => {
    const outputs = folder()
    // Without the mistake it would pass, and with onInvalid: warn a run is judged that has a busy client.
    const run = perfgate(
      [
        ...['--url', server.url, '--model', 'm', '--api', 'custom', '--custom-api', api, '--outputs-dir', outputs],
        ...['--number', '20000', '--parallel', '2', '4', '--sleep-interval', '0', '--on-invalid', 'warn'],
        ...['--threshold', 'p50(latency) < 100 s', '--enable-progress-tracker'],
      ],
      // By then some batches have left the thread, which it sends five times a second.
      { PLANTED: planted, PLANTED_AT: '2000' },
    )
    const { code, stdout } = await run.ended
    expect(code).toBe(1)
    expect(stdout).toContain(`Verdict: invalid, ${reason}`)
    const rows = soundRows(dbOf(outputs), 'success')
    expect(rows.length).toBeGreaterThan(10)
    // A second level on threads that are gone would be no measurement: there is one result.
    const result = resultOf(outputs)
    expect(result).toMatchObject({ verdict: 'invalid', interrupted: false, summary: { totalRequests: rows.length } })
    expect(result.client.broken).toBe(reason)
    expect(JSON.parse(readFileSync(named(outputs, /progress/), 'utf8')).level).toBe(0)
  })

  test('in a comparison ends it, invalid', async () => {
    const outputs = folder()
    const run = perfgate(
      [
        ...['compare', '--baseline-url', server.url, '--candidate-url', server.url, '--model', 'm', '--api', 'custom'],
        ...['--custom-api', api, '--number', '4000', '--parallel', '2', '--outputs-dir', outputs],
        ...['--regression', 'p50(latency) 500 %', '--on-invalid', 'warn', '--json'],
      ],
      { PLANTED: 'throw', PLANTED_AT: '2000' },
    )
    const { code, stdout } = await run.ended
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'invalid', baseline: {}, candidate: {} })
  })
})

describe('the thread that writes', () => {
  const setup = {
    bodies: packBodies(['{}']),
    isStream: true,
    keepTexts: false,
    commitInterval: 1000,
    textLimit: 1 << 20,
    secrets: [],
    wallOriginMs: 0,
  }
  /** A thread in the place of ours. */
  const thread = (source: string): RestingThreads =>
    new RestingThreads(() => new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`)))
  const answering = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ type }) => { `

  test('that crashes fails the run, and is not waited for', async () => {
    const failures: StoreError[] = []
    const store = new ResultStore(
      setup,
      (error) => failures.push(error),
      thread(
        `${answering} if (type === 'open') { parentPort.postMessage({ type: 'opened' }); setTimeout(() => { throw new Error('planted') }) } })`,
      ),
    )
    await store.open('run.db', {})
    await expect.poll(() => failures).toHaveLength(1)
    expect(failures[0]!.message).toMatch(/^result DB run\.db: the thread that writes it crashed: planted;/)
    expect(() => store.throwIfFailed()).toThrow(StoreError)
    await expect(store.finish()).rejects.toThrow('planted')
    await store.close()
  })

  test('that ends while it is waited for fails what waits', async () => {
    const store = new ResultStore(setup, () => {}, thread(`${answering} process.exit(0) })`))
    await expect(store.open('run.db', {})).rejects.toThrow('the thread that writes it crashed')
    await store.close()
  })

  test('that hangs is noticed within seconds, and ended', async () => {
    const failures: StoreError[] = []
    const store = new ResultStore(
      setup,
      (error) => failures.push(error),
      thread(`${answering} parentPort.postMessage({ type: 'opened' }); for (;;); })`),
    )
    await store.open('run.db', {})
    await expect.poll(() => failures, { timeout: 30_000 }).toHaveLength(1)
    expect(failures[0]!.message).toContain('it did not answer for 10 s')
    await store.close()
  })

  test('writes to a folder of its own when nothing is wrong', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'perfgate-')), 'sound.db')
    const store = new ResultStore(setup, (error) => {
      throw error
    })
    await store.open(path, { level: {} })
    await store.finish()
    await store.close()
    expect(soundRows(path, 'success')).toEqual([])
  })
})
