/** A server under test that we start ourselves: a shell command, awaited until it answers, and surely stopped again. */

import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { ConfigError, EndpointError } from '../config/index.ts'
import { sleep } from '../config/timers.ts'
import { makeFolder } from '../records/index.ts'
import { maskNamed } from '../secrets/index.ts'
import type { FromSupervisor, ToSupervisor } from './commandSupervisor.ts'

export interface CommandServerOptions {
  /** Run by the shell, for instance `node server.js --port 8001`. */
  command: string
  /** Asked again and again until it answers with a status below 500: the server is ready then. */
  readyUrl: string
  /** Folder to run it in; absent: our own. */
  cwd?: string | undefined
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>> | undefined
  /** What the command prints goes here. */
  logPath: string
  /** Waited for the first answer at most. Default one minute. */
  timeoutMs?: number | undefined
  /** Aborted: the wait ends and the command is stopped. */
  signal?: AbortSignal | undefined
}

export interface CommandServer {
  /** Leader of the command's own process group. */
  readonly pid: number
  readonly logPath: string
  /** How the command ended, when it has: `exit code 1`, `signal SIGSEGV`. */
  readonly ended: string | undefined
  /** Ends the command and all it started: SIGTERM, and after five seconds SIGKILL. May be called more than once. */
  stop(): Promise<void>
}

const POLL_MS = 50
const ASK_TIMEOUT_MS = 2000
const DEFAULT_TIMEOUT_MS = 60_000
/** Of the log, in an error. */
const TAIL_LINES = 15
const TAIL_CHARACTERS = 4000

/**
 * Starts a command in a process group of its own and waits until it answers.
 *
 * A small supervisor process lives between the command and us, so that the command is ended also when we are killed,
 * crash, or are interrupted.
 *
 * @throws ConfigError when something answers at `readyUrl` before the command was started, or the URL or folder is wrong
 * @throws EndpointError when the command ends or does not answer in time, with the end of what it printed
 */
export async function startCommandServer(options: CommandServerOptions): Promise<CommandServer> {
  const { readyUrl, logPath, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const [command, shownUrl] = [maskNamed(options.command), maskNamed(readyUrl)]
  checkUrl(readyUrl)
  signal?.throwIfAborted()
  if (await answers(readyUrl))
    throw new ConfigError(
      `command "${command}": something answers at ${shownUrl} already, before the command was started; end it, or use another port`,
    )
  const supervisor = superviseIn(logPath)
  const server = await begun(supervisor, options)
  try {
    const deadline = performance.now() + timeoutMs
    while (!(await answers(readyUrl))) {
      signal?.throwIfAborted()
      if (server.ended !== undefined)
        throw new EndpointError(
          `command "${command}" ended (${server.ended}) before it answered at ${shownUrl}${tailOf(logPath)}`,
        )
      if (performance.now() > deadline)
        throw new EndpointError(
          `command "${command}" did not answer at ${shownUrl} within ${timeoutMs / 1000} s; raise readyTimeout, or look at its log${tailOf(logPath)}`,
        )
      await sleep(POLL_MS)
    }
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

function superviseIn(logPath: string): ChildProcess {
  makeFolder(dirname(logPath))
  writeFileSync(logPath, '')
  const log = openSync(logPath, 'a')
  const file = new URL(
    import.meta.url.endsWith('.ts') ? './commandSupervisor.ts' : './commandSupervisor.js',
    import.meta.url,
  )
  try {
    // Detached: a Ctrl-C in the terminal is for us, who then stop the command in order.
    return fork(file, { detached: true, execArgv: [], env: withoutNodeOptions(), stdio: ['ignore', log, log, 'ipc'] })
  } finally {
    closeSync(log)
  }
}

/** Options meant for us, such as a debugger's port, are not the supervisor's; the command gets them. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env
  return env
}

async function begun(
  supervisor: ChildProcess,
  { command, cwd, env, logPath }: CommandServerOptions,
): Promise<CommandServer> {
  let ended: string | undefined
  const gone = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()))
  const begun = new Promise<number>((resolve, reject) => {
    supervisor.on('message', (message: FromSupervisor) => {
      if (message.type === 'started') resolve(message.pid)
      else if (message.type === 'refused')
        reject(
          new ConfigError(
            `command "${command}": cannot be started${cwd === undefined ? '' : ` in "${cwd}"`}: ${message.reason}`,
          ),
        )
      else ended = message.how
    })
    supervisor.once('error', reject)
    void gone.then(() => {
      ended ??= 'its supervisor was ended'
      reject(new EndpointError(`command "${command}": its supervisor ended${tailOf(logPath)}`))
    })
  })
  supervisor.send({ type: 'start', command, cwd, env: { ...process.env, ...env } } satisfies ToSupervisor)
  const pid = await begun
  return {
    pid,
    logPath,
    get ended() {
      return ended
    },
    async stop() {
      if (supervisor.connected) supervisor.disconnect()
      await gone
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
    await answer.body?.cancel()
    return answer.status < 500
  } catch {
    return false
  }
}

function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigError(
      `option "readyUrl": "${maskNamed(url)}" is not an http URL; write it as http://127.0.0.1:8000/health`,
      'readyUrl',
    )
}

/** The end of what the command printed, on lines of its own. */
function tailOf(logPath: string): string {
  const text = readFileSync(logPath, 'utf8').trimEnd()
  if (text === '') return `; it printed nothing (${logPath})`
  const lines = text.slice(-TAIL_CHARACTERS).split('\n').slice(-TAIL_LINES)
  return `; the end of ${logPath}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
