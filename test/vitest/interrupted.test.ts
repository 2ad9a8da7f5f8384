/** Ctrl-C, SIGTERM and SIGHUP in `vitest run`: what was measured is written, and a second one ends at once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lacking } from '../report/python.ts'
import { finished, projectPath, startVitest, testFolder, VITEST } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'

let endpoint: Endpoint
beforeEach(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
})
afterEach(() => endpoint.close())

/** Hands its standard input to a program on a terminal of its own, and ends with the program's exit code. */
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
const CTRL_C = '\u0003'

function onTerminal(env: Record<string, string>, how = TERMINAL): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|FORCE_|CI$|GITHUB_)/.test(name))
  return spawn('python3', ['-c', how, process.execPath, VITEST, 'run'], {
    cwd: projectPath('long'),
    env: { ...Object.fromEntries(inherited), TERM: 'xterm-256color', NO_COLOR: '1', ...env },
  })
}

function expectWritten(outputs: string): void {
  const files = readdirSync(outputs, { recursive: true }) as string[]
  const json = files.filter((name) => name.endsWith('.json'))
  expect(json, files.join()).toHaveLength(1)
  const result = JSON.parse(readFileSync(join(outputs, json[0]!), 'utf8'))
  expect(result).toMatchObject({ interrupted: true, verdict: 'undecided' })
  expect(result.summary.succeededRequests).toBeGreaterThanOrEqual(8)
  const summary = readFileSync(join(outputs, 'summary.md'), 'utf8')
  expect(summary).toMatch(/^## ❌ perfgate: fail, 0 of 2 tests passed, 2 interrupted\n/)
  expect(summary).toMatch(/\| ⏹️ interrupted \| long\.perf\.ts &gt; long /u)
  expect(summary).toMatch(/\| ⏹️ interrupted \| long\.perf\.ts &gt; after it /u)
}

test.each([
  ['SIGINT', 'forks', 130],
  ['SIGINT', 'threads', 130],
  ['SIGTERM', 'forks', 143],
  ['SIGHUP', 'forks', 129],
] as const)('%s with %s lets the load end, writes what was measured and exits with %i', async (signal, pool, exit) => {
  const outputs = testFolder()
  const vitest = startVitest('long', ['run'], { ENDPOINT: endpoint.url, OUTPUTS: outputs, POOL: pool })
  const ended = finished(vitest)
  await endpoint.request(10)
  vitest.kill(signal)
  const { code, stdout, stderr } = await ended
  expect(code, stdout + stderr).toBe(exit)
  expect(endpoint.inFlight).toBe(0)
  expect(stderr).toContain('perfgate: Stopping. Requests in flight may finish')
  expect(stdout.match(/Benchmarking summary:/g), stdout).toHaveLength(1)
  expectWritten(outputs)
})

test.skipIf(lacking('pty'))('in a terminal, Ctrl-C does the same', async () => {
  const outputs = testFolder()
  const terminal = onTerminal({ ENDPOINT: endpoint.url, OUTPUTS: outputs })
  let shown = ''
  terminal.stdout!.setEncoding('utf8').on('data', (text: string) => (shown += text))
  const ended = new Promise((resolve) => terminal.once('close', resolve))
  await endpoint.request(10)
  terminal.stdin!.write(CTRL_C)
  expect(await ended, shown).toBe(130)
  expect(endpoint.inFlight).toBe(0)
  expect(shown).toContain('Benchmarking summary:')
  expectWritten(outputs)
})

/** Lets its program write for a time, then closes the terminal and waits for the end. */
const CLOSING = `
import os, pty, sys
pid, master = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
while os.read(0, 1) == b'': pass
os.close(master)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`

test.skipIf(lacking('pty'))('a terminal that is closed stops the run, which writes what was measured', async () => {
  const outputs = testFolder()
  const terminal = onTerminal({ ENDPOINT: endpoint.url, OUTPUTS: outputs }, CLOSING)
  const ended = new Promise((resolve) => terminal.once('close', resolve))
  await endpoint.request(10)
  terminal.stdin!.write('x')
  expect(await ended).toBe(129)
  expect(endpoint.inFlight).toBe(0)
  expectWritten(outputs)
})

test.skipIf(lacking('pty'))('in a terminal, a second Ctrl-C ends at once', async () => {
  const slow = await startEndpoint({ afterMs: 120_000 })
  const terminal = onTerminal({ ENDPOINT: slow.url, OUTPUTS: testFolder() })
  let shown = ''
  terminal.stdout!.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (text.includes('perfgate: Stopping.')) setTimeout(() => terminal.stdin!.write(CTRL_C), 500)
  })
  const ended = new Promise((resolve) => terminal.once('close', resolve))
  // Of the connection test, which has no answer yet.
  await slow.request(1)
  terminal.stdin!.write(CTRL_C)
  const startedAt = performance.now()
  expect(await ended, shown).toBe(130)
  expect(performance.now() - startedAt).toBeLessThan(60_000)
  await expect.poll(() => slow.inFlight).toBe(0)
  await slow.close()
})
