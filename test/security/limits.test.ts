/** Runs that nobody ends, and hosts that load may not go to. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { isLoopback } from '../../src/config/index.ts'
import { runComparison, runPerfBenchmark, runSweep } from '../../src/index.ts'
import { readResultDb } from '../../src/records/index.ts'
import type { Result } from '../../src/result/index.ts'
import { admitHost } from '../../src/run/hosts.ts'
import { RunLimit } from '../../src/run/limits.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { BIN } from '../program.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await startServer({ ttft: { meanMs: 20 }, itl: { meanMs: 0 }, outputTokens: 2 })
})
afterAll(() => server.close())

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-limits-'))
const scenario = (more: object): Record<string, unknown> => ({
  url: server.url,
  model: 'm',
  outputsDir: folder(),
  gracefulStop: 1,
  sleepInterval: 0.01,
  // Whether this machine is busy is not the question here.
  onInvalid: 'warn',
  ...more,
})
const limitOf = ({ thresholds }: Result): string | undefined =>
  thresholds.find(({ expression }) => expression === 'run is complete')?.message

describe('timeLimit ends a run that would go on, and it fails', () => {
  test.for<[string, object]>([
    ['a closed loop', { number: 4000, parallel: 2 }],
    ['an open loop', { number: 4000, rate: 50, openLoop: true }],
    [
      'conversations',
      { number: 200, dataset: 'random_multi_turn', multiTurn: true, maxTurns: 3, maxPromptLength: 8, maxTokens: 4 },
    ],
  ])('%s', async ([, load]) => {
    const notices: string[] = []
    const { result, verdict } = await runPerfBenchmark(scenario({ ...load, timeLimit: 1 }), {
      onNotice: (text) => notices.push(text),
    })
    expect(verdict).toBe('fail')
    expect(result.interrupted).toBe(true)
    expect(result.summary.totalRequests).toBeLessThan(result.summary.expectedRequests!)
    expect(limitOf(result)).toMatch(
      /ended after timeLimit, 1 s, when \d+ of \d+ requests had finished; raise timeLimit, or ask for less$/,
    )
    expect(notices.filter((text) => text.includes('ended after timeLimit'))).toHaveLength(1)
    const reader = readResultDb(result.summary.resultDbPath!)
    expect(reader.finished).toBe(true)
    expect(reader.count()).toBe(result.summary.totalRequests)
    reader.close()
  })

  test('when it is reached between two levels, the one that was never begun is not forgotten', async () => {
    const outputsDir = folder()
    const limit = new AbortController()
    // Reached in the pause: as soon as the first level is written.
    const watch = setInterval(() => {
      if (readdirSync(outputsDir).some((name) => name.endsWith('.json'))) limit.abort(new RunLimit('the time is over'))
    }, 10)
    const { results, verdict } = await runPerfBenchmark(
      scenario({ outputsDir, number: [2, 2], parallel: [1, 2], sleepInterval: 60 }),
      { signal: limit.signal },
    )
    clearInterval(watch)
    expect(verdict).toBe('fail')
    expect(results.map((result) => limitOf(result) !== undefined)).toEqual([false, true])
    expect(results.map(({ summary }) => summary.totalRequests)).toEqual([2, 0])
  })

  test('a sweep stops and says so', async () => {
    const { sweep } = await runSweep(scenario({ number: 4000, timeLimit: 0.5 }), {
      variable: 'parallel',
      from: 1,
      to: 8,
    })
    expect(sweep.results).toHaveLength(1)
    expect(JSON.stringify(sweep)).toContain('the run was ended after timeLimit, 0.5 s')
  })

  test('a comparison is not judged by half of its blocks', async () => {
    const { result, verdict } = await runComparison({
      ...scenario({ url: undefined, number: 4000, timeLimit: 1 }),
      baseline: { url: server.url },
      candidate: { url: server.url },
      regressions: { 'p50(latency)': '900 %' },
    })
    expect(verdict).toBe('fail')
    expect(result.notes.join('\n')).toContain('The run was ended after timeLimit, 1 s: the comparison is not complete.')
  })

  test('a search for capacity fails', async () => {
    const { capacity } = await runPerfBenchmark(
      scenario({
        slaAutoTune: true,
        slaParams: [{ p99_latency: '<= 100' }],
        slaNumberMultiplier: 4000,
        timeLimit: 0.5,
      }),
    )
    expect([capacity!.verdict, capacity!.unfinished]).toEqual(['fail', 'the run was ended after timeLimit, 0.5 s'])
  })

  test('on the command line the exit code is 1, also without a threshold', async () => {
    const world = fakeWorld()
    const words = ['--url', server.url, '--model', 'm', '--number', '4000', '--time-limit', '0.4']
    expect(await main([...words, '--outputs-dir', folder()], world)).toBe(1)
    expect(world.err()).toContain('the run was ended after timeLimit, 0.4 s')
    expect(world.out()).toContain('raise timeLimit')
  })

  test('time that is asked for is granted, and a limit below it is refused before anything is sent', async () => {
    const sent = server.requests.length
    await expect(runPerfBenchmark(scenario({ duration: 2, parallel: [1, 2], timeLimit: 3 }))).rejects.toThrow(
      'option "timeLimit": 3 s is less than the 4 s that the scenario asks for',
    )
    expect(server.requests.length).toBe(sent)
  })
})

test('a run whose parent is gone ends by itself, writes what it has, and fails', async () => {
  const outputs = folder()
  const words = [
    '--url',
    server.url,
    '--model',
    'm',
    '--number',
    '4000',
    '--outputs-dir',
    outputs,
    '--on-invalid',
    'warn',
  ]
  // A parent that starts the run and stays.
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `require('node:child_process').spawn(process.execPath, ${JSON.stringify([BIN, ...words])}, { stdio: ['ignore', 'ignore', 'inherit'] })`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const sent = server.requests.length
  while (server.requests.length < sent + 20) await new Promise((resolve) => setTimeout(resolve, 20))
  let said = ''
  parent.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  parent.kill('SIGKILL')
  // The run holds the pipe: it is closed when the run is over.
  await once(parent.stderr, 'close')
  expect(said).toContain('the run was ended: what had started it is gone')
  const json = readdirSync(outputs).find((name) => name.endsWith('.json'))!
  const result = JSON.parse(readFileSync(join(outputs, json), 'utf8')) as Result
  expect(result.verdict).toBe('fail')
  expect(limitOf(result)).toContain('what had started it is gone')
})

describe('load goes to hosts that were allowed', () => {
  const target = (url: string, more: object = {}) => ({ url, allowedHosts: [] as string[], yes: false, ...more })
  const inCi = { CI: 'true' }

  test.for([
    'http://127.0.0.1:8000',
    'http://127.8.9.1/v1',
    'http://localhost:1',
    'http://LOCALHOST./',
    'http://vllm.localhost:8000',
    'http://[::1]:8000',
    'http://[::ffff:127.0.0.1]',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://0.0.0.0:8000',
  ])('%s is this machine', (url) => expect(admitHost(target(url), inCi)).toBeUndefined())

  test.for([
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://10.0.0.1',
    'http://[::2]',
    'http://[fe80::1]',
    'http://127.example',
    'https://api.example.com/v1',
  ])('%s is not: refused in CI, with what to write', (url) => {
    const { hostname } = new URL(url)
    expect(() => admitHost(target(url), inCi)).toThrow(
      `option "url": ${hostname} is not this machine, and in CI load goes only where it was allowed; write allowedHosts: ['${hostname}']`,
    )
    expect(isLoopback(hostname)).toBe(false)
  })

  test.for<[string, object, Record<string, string>]>([
    ['by --yes', { yes: true }, {}],
    ['by name', { allowedHosts: ['API.example.com'] }, {}],
    ['by name and port', { allowedHosts: ['api.example.com:8443'] }, {}],
    ['below a name', { allowedHosts: '*.example.com' }, {}],
    ['all', { allowedHosts: ['*'] }, {}],
    ['by the environment', {}, { PERFGATE_ALLOWED_HOSTS: 'other, api.example.com' }],
    ['by its URL', {}, { PERFGATE_ALLOWED_HOSTS: 'https://API.example.com:8443/v1' }],
  ])('%s', ([, more, env]) => {
    expect(admitHost(target('https://api.example.com:8443/v1', more), { ...inCi, ...env })).toBeUndefined()
  })

  test.for([
    ['https://example.com:8443'],
    ['example.com'],
    ['*.api.example.com'],
    ['api.example.com:443'],
    ['api.example.co*'],
    [''],
  ])('not by %s', (allowedHosts) => {
    expect(() => admitHost(target('https://api.example.com:8443', { allowedHosts }), inCi)).toThrow('allowedHosts')
  })

  test('outside CI it is said, and done', () => {
    expect(admitHost(target('http://gpu-box:8000'), {})).toContain('load goes to gpu-box, which is not this machine')
    expect(admitHost(target('http://gpu-box:8000'), { CI: 'false' })).toContain('gpu-box')
    expect(admitHost(target('http://127.0.0.1'), {})).toBeUndefined()
  })

  const ci = process.env['CI']
  afterEach(() => {
    if (ci === undefined) delete process.env['CI']
    else process.env['CI'] = ci
  })

  test('every door refuses it before anything is sent or started', async () => {
    process.env['CI'] = '1'
    const remote = { ...scenario({}), url: 'http://gpu-box.invalid:8000' }
    const sides = { baseline: { url: server.url }, candidate: { url: remote.url }, regressions: { qps: '5 %' } }
    const words = 'gpu-box.invalid is not this machine'
    const sent = server.requests.length
    await expect(runPerfBenchmark(remote)).rejects.toThrow(words)
    await expect(runSweep(remote, { variable: 'parallel', from: 1, to: 2 })).rejects.toThrow(words)
    await expect(runComparison({ ...scenario({ url: undefined }), ...sides })).rejects.toThrow(words)
    const world = fakeWorld()
    expect(await main(['--url', remote.url, '--model', 'm'], world)).toBe(2)
    expect(world.err()).toContain('give --yes')
    expect(server.requests.length).toBe(sent)
  })
})
