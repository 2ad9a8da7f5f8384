/** `--api local`: a command is started for the run, awaited, tested and stopped, and its log kept. */
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { BIN } from '../program.ts'

const node = JSON.stringify(process.execPath)
const serve = `${node} ${JSON.stringify(BIN)} serve --ttft-ms 2 --itl-ms 0 --output-tokens 5`
const path = process.env['PATH']
afterEach(() => {
  process.env['PATH'] = path
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Ran {
  outcome: Awaited<ReturnType<typeof runPerfBenchmark>> | undefined
  error: Error | undefined
  log: string
  files: string
  port: number
  notices: string[]
}

async function run(config: Config): Promise<Ran> {
  const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-local-'))
  const port = await freePort()
  const notices: string[] = []
  let outcome: Ran['outcome']
  let error: Error | undefined
  try {
    outcome = await runPerfBenchmark(
      { model: 'm', number: 3, port, outputsDir, ...config },
      { onNotice: (text) => notices.push(text) },
    )
  } catch (thrown) {
    error = thrown as Error
  }
  const contents = (names: string[]): string =>
    names.map((name) => readFileSync(join(outputsDir, name), 'latin1')).join('\n')
  const names = readdirSync(outputsDir)
  return {
    outcome,
    error,
    log: contents(names.filter((name) => name.endsWith('.log'))),
    files: contents(names),
    port,
    notices,
  }
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    () => true,
    () => false,
  )

describe('api local', () => {
  it('starts the command at its port, tests it, stops it and keeps its log', async () => {
    const { outcome, log, port, notices } = await run({ api: 'local', localCommand: `${serve} --port {port}` })
    expect(outcome?.summary).toMatchObject({ succeededRequests: 3, outputTokensPerRequest: 5 })
    expect(outcome?.result.endpoint).toEqual({ url: `http://127.0.0.1:${port}/v1/chat/completions`, embedded: false })
    expect(log).toContain(`embedded server listening at http://127.0.0.1:${port}/v1`)
    expect(notices.join()).toMatch(/starting ".*serve.*"; its log is .*m_server_\d{8}_\d{6}\.log/)
    expect(await answers(port)).toBe(false)
  })

  it('starts a server for any other API too, at the URL that is given', async () => {
    const port = await freePort()
    const { outcome } = await run({
      api: 'anthropic',
      url: `http://127.0.0.1:${port}`,
      readyUrl: `http://127.0.0.1:${port}/v1/models`,
      localCommand: `${serve} --port ${port}`,
    })
    expect(outcome?.result.endpoint.url).toBe(`http://127.0.0.1:${port}/v1/messages`)
    expect(outcome?.summary.succeededRequests).toBe(3)
  })

  it('says what a command printed that ended too early', async () => {
    const { error } = await run({
      api: 'local',
      localCommand: `${node} -e "console.error('no such model'); process.exit(3)"`,
    })
    expect(error?.name).toBe('EndpointError')
    expect(error?.message).toMatch(/ended \(exit code 3\) before it answered.*no such model/s)
  })

  it('an interruption ends the wait', async () => {
    const stop = new AbortController()
    const running = runPerfBenchmark(
      {
        api: 'local',
        localCommand: `${node} -e "setTimeout(() => {}, 60000)"`,
        port: await freePort(),
        outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-local-')),
      },
      { signal: stop.signal, onNotice: () => stop.abort() },
    )
    await expect(running).rejects.toThrow(/^the run was interrupted before .* answered; it was stopped$/)
  })

  it('is told which command is missing', async () => {
    const { error } = await run({ api: 'local' })
    expect(`${error?.name}: ${error?.message}`).toContain(
      'ConfigError: option "localCommand": api local needs the command',
    )
  })

  it('keeps secrets of the command to itself', async () => {
    const command = `HF_TOKEN=planted-1 ${serve} --port {port} --options '{"apiKey":"k"}'`
    const { outcome, files, notices } = await run({ api: 'local', localCommand: command, apiKey: 'k' })
    expect(outcome?.summary.succeededRequests).toBe(3)
    expect(files + notices.join()).not.toContain('planted-1')
    expect(notices.join()).toContain('HF_TOKEN=***')
  })
})

describe.skipIf(process.platform === 'win32')('api local_vllm', () => {
  it('serves the model with vllm, as one word for the shell', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-vllm-'))
    // Stands in for vLLM: says what it was asked for, and serves at that port.
    const fake = `#!/bin/sh\necho "vllm $# words:" "$@"\nexec ${serve} --port "$6"\n`
    writeFileSync(join(folder, 'vllm'), fake)
    chmodSync(join(folder, 'vllm'), 0o755)
    process.env['PATH'] = `${folder}${delimiter}${path}`
    const { outcome, log, port } = await run({ api: 'local-vllm', model: "it's $HOME" })
    expect(log).toContain(`vllm 6 words: serve it's $HOME --host 127.0.0.1 --port ${port}`)
    expect(outcome?.summary.succeededRequests).toBe(3)
  })

  it('needs a model', async () => {
    await expect(runPerfBenchmark({ api: 'local_vllm', number: 1 })).rejects.toMatchObject({
      name: 'ConfigError',
      option: 'model',
    })
  })
})
