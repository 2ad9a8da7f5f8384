/** Servers started by a command: awaited, stopped with all they started, and never left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ConfigError, EndpointError, resolveConfig } from '../../src/config/index.ts'
import { type CommandServer, startCommandServer } from '../../src/run/commandServer.ts'
import { readyRoute } from '../../src/run/localServer.ts'
import { makeCertificates } from '../network/certificates.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-command-'))
const started: CommandServer[] = []
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop()
})
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const node = JSON.stringify(process.execPath)

/** A server that says its pid, and starts a child of its own that would live for a minute. */
async function serverCommand({ ignoresTerm = false, status = 200 } = {}) {
  const port = await freePort()
  const source = [
    ignoresTerm ? "process.on('SIGTERM', () => {})" : '',
    "const child = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])",
    "console.log('listening, said ' + process.env.SAID)",
    `require('http').createServer((q, a) => { a.statusCode = ${status}; a.end(process.pid + ' ' + child.pid) }).listen(${port}, '127.0.0.1')`,
  ].join(';')
  return { url: `http://127.0.0.1:${port}/`, command: `${node} -e ${JSON.stringify(source)}` }
}

/** A process that ended but was not waited for yet still has a pid, on Linux shown as a zombie. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const pidsOf = async (url: string): Promise<number[]> => (await (await fetch(url)).text()).split(' ').map(Number)

async function allGone(pids: number[]): Promise<void> {
  const deadline = performance.now() + 10_000
  while (pids.some(lives)) {
    if (performance.now() > deadline) throw new Error(`still there: ${pids.filter(lives)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('is awaited until it answers, logs what it prints, and is stopped with all it started', async () => {
  const { url, command } = await serverCommand()
  const logPath = join(folder, 'new', 'server.log')
  const server = await startCommandServer({ command, readyUrl: url, env: { SAID: 'hello' }, logPath })
  started.push(server)
  const pids = await pidsOf(url)
  expect(pids.every(lives)).toBe(true)
  expect(readFileSync(logPath, 'utf8')).toContain('listening, said hello')
  expect(server.ended).toBeUndefined()
  await server.stop()
  await allGone(pids)
  await server.stop()
})

test('one that ignores SIGTERM is killed', async () => {
  const { url, command } = await serverCommand({ ignoresTerm: true })
  const server = await startCommandServer({ command, readyUrl: url, logPath: join(folder, 'stubborn.log') })
  const pids = await pidsOf(url)
  await server.stop()
  await allGone(pids)
})

test('one that ends before it answers is an EndpointError with the end of its log', async () => {
  const command = `${node} -e "console.error('no such model'); process.exit(7)"`
  const readyUrl = `http://127.0.0.1:${await freePort()}/`
  const error = await startCommandServer({ command, readyUrl, logPath: join(folder, 'ended.log') }).catch((e) => e)
  expect(error).toBeInstanceOf(EndpointError)
  expect(error.message).toContain('ended (exit code 7) before it answered')
  expect(error.message).toContain('\n  no such model')
})

test('one that does not answer in time, or only with errors of its own, is stopped and told with its log', async () => {
  const { url, command } = await serverCommand({ status: 503 })
  const error = await startCommandServer({
    command,
    readyUrl: url,
    env: { SAID: 'loading' },
    timeoutMs: 1500,
    logPath: join(folder, 'slow.log'),
  }).catch((e) => e)
  expect(error).toBeInstanceOf(EndpointError)
  expect(error.message).toMatch(/did not answer at .* within 1.5 s; raise readyTimeout.*\n {2}listening, said loading/s)
  await expect(fetch(url)).rejects.toThrow()
})

test('what answers before the command was started is not taken for it', async () => {
  const other = createServer((_, answer) => answer.end()).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const readyUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
  const start = startCommandServer({ command: 'true', readyUrl, logPath: join(folder, 'other.log') })
  await expect(start).rejects.toThrow(/something answers at .* already/)
  other.close()
})

test('a wrong URL and a folder that is not there are ConfigErrors', async () => {
  const logPath = join(folder, 'wrong.log')
  await expect(startCommandServer({ command: 'true', readyUrl: 'localhost:80', logPath })).rejects.toThrow(ConfigError)
  const readyUrl = `http://127.0.0.1:${await freePort()}/`
  const start = startCommandServer({ command: 'true', readyUrl, cwd: join(folder, 'nowhere'), logPath })
  await expect(start).rejects.toThrow(/cannot be started in .*nowhere/)
})

test('the wait ends when it is aborted', async () => {
  const readyUrl = `http://127.0.0.1:${await freePort()}/`
  const controller = new AbortController()
  const start = startCommandServer({
    command: `${node} -e "setTimeout(() => {}, 60000)"`,
    readyUrl,
    logPath: join(folder, 'aborted.log'),
    signal: controller.signal,
  })
  controller.abort()
  await expect(start).rejects.toThrow(/aborted/)
})

test.each(['SIGKILL', 'SIGINT'] as const)('nothing is left behind when we are ended by %s', async (signal) => {
  const { url, command } = await serverCommand()
  const options = JSON.stringify({ command, readyUrl: url, logPath: join(folder, `${signal}.log`) })
  const module = JSON.stringify(new URL('../../src/run/commandServer.ts', import.meta.url).href)
  const source = `const { startCommandServer } = await import(${module}); await startCommandServer(${options}); console.log('ready'); setTimeout(() => {}, 60000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(owner.stdout!, 'data')
  const pids = await pidsOf(url)
  owner.kill(signal)
  await once(owner, 'exit')
  await allGone(pids)
})

test('errors repeat no secret of the command or of readyUrl, however short', async () => {
  const port = await freePort()
  const command = `${node} -e "process.exit(3)" --api-key k-1 http://me:pw@127.0.0.1:1/`
  const start = (readyUrl: string): Promise<unknown> =>
    startCommandServer({ command, readyUrl, logPath: join(folder, 'secret.log'), env: {}, signal: undefined }).then(
      () => 'started',
      (error: Error) => error.message.split('\n')[0],
    )
  const ended = await start(`http://me:pw@127.0.0.1:${port}/health?key=k-2`)
  expect(ended).toContain(`--api-key *** http://***@127.0.0.1:1/" ended`)
  expect(ended).toContain(`answered at http://***@127.0.0.1:${port}/health?key=***`)
  expect(await start('ftp://tok@h/')).toContain('option "readyUrl": "ftp://***@h/" is not an http URL')
})

test('waits with the user and the password of the URL, which go into a header', async () => {
  const port = await freePort()
  const source = `require('http').createServer((q, a) => { a.statusCode = q.headers.authorization === 'Basic ' + Buffer.from('some one:p@ss').toString('base64') ? 200 : 500; a.end() }).listen(${port}, '127.0.0.1')`
  const server = await startCommandServer({
    command: `${node} -e ${JSON.stringify(source)}`,
    readyUrl: `http://some%20one:p%40ss@127.0.0.1:${port}/health`,
    logPath: join(folder, 'user.log'),
    timeoutMs: 20_000,
  })
  started.push(server)
  expect(server.ended).toBeUndefined()
})

test('a server with a certificate of a private CA is ready once the run trusts it', async () => {
  const certificates = await makeCertificates()
  const port = await freePort()
  const pair = JSON.stringify(certificates.server)
  const source = `require('https').createServer(${pair}, (q, a) => a.end('ready')).listen(${port}, '127.0.0.1')`
  const file = certificates.file('server.cjs', source)
  const asked = { command: `${node} ${JSON.stringify(file)}`, readyUrl: `https://127.0.0.1:${port}/health` }
  const own = resolveConfig({
    url: asked.readyUrl,
    ca: certificates.file('ca.pem', certificates.ca),
    proxy: 'http://127.0.0.1:1',
  })
  const server = await startCommandServer({
    ...asked,
    logPath: join(folder, 'tls.log'),
    timeoutMs: 20_000,
    route: readyRoute(own, asked.readyUrl),
  })
  started.push(server)
  await server.stop()
  await expect(startCommandServer({ ...asked, logPath: join(folder, 'tls.log'), timeoutMs: 1500 })).rejects.toThrow(
    'did not answer',
  )
})

test('the log of a server loses its secrets also when the process that started it is killed', async () => {
  const { url, command } = await serverCommand()
  const logPath = join(folder, 'killed.log')
  const starter = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { startCommandServer } = await import(${JSON.stringify(new URL('../../src/run/commandServer.ts', import.meta.url).href)})
       await startCommandServer(${JSON.stringify({ command, readyUrl: url, logPath, env: { SAID: 'PLANTED-SECRET-0123' }, secrets: ['PLANTED-SECRET-0123'] })})
       console.log('started')
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(starter.stdout, 'data')
  expect(readFileSync(logPath, 'utf8')).toContain('PLANTED-SECRET-0123')
  const pids = await pidsOf(url)
  starter.kill('SIGKILL')
  await allGone(pids)
  await expect.poll(() => readFileSync(logPath, 'utf8')).toContain('said ***')
  expect(readFileSync(logPath, 'utf8')).not.toContain('PLANTED')
})
