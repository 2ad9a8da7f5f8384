/** Starts a load target: the native one, or the embedded server where that cannot be built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type Core, pinned } from '../measure/index.ts'
import { buildTarget } from './build.ts'

export interface TargetOptions {
  /** Content events per answer. */
  tokens: number
  /** Between events, microseconds; 0: all events in one write. */
  gapUs?: number
  /** From the request read to the first event, microseconds. */
  ttftUs?: number
  /** The target ends by itself after this. */
  seconds: number
  /** Where a paced event carries the moment of its writing, microseconds of the monotonic clock; default `content`. */
  stamp?: 'content' | 'fingerprint' | 'none'
  /** Sends a role-only event with the headers, before the first token. */
  roleChunk?: boolean
  /** Freezes the target for a while, counted from the first request. */
  stall?: { atMs: number; forMs: number }
  /** A file that gets one line per request; complete once the target is closed. See `readTruth`. */
  truthFile?: string
  core?: Core | undefined
}

/** What the native target says of itself at its end. */
export interface TargetReport {
  requests: number
  tokens: number
  partialWrites: number
  /** How late paced events were written against the schedule, microseconds. */
  lateUs: { p50: number; p99: number; max: number }
}

export interface Target {
  /** Of the chat completions endpoint. */
  url: string
  pid: number | undefined
  /** Why the embedded server stands in; undefined: the native target runs. */
  fallbackReason: string | undefined
  /** Ends it. Resolves when it is gone, with its report where it is the native one. */
  close(): Promise<TargetReport | undefined>
}

const PATH = '/v1/chat/completions'
const CLOSE_TIMEOUT_MS = 5000

/** @throws Error when an option needs the native target and it cannot be built, or when it does not start */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const built = buildTarget()
  return built.path === undefined ? startEmbedded(options, built.reason) : startNative(built.path, options)
}

async function startNative(path: string, options: TargetOptions): Promise<Target> {
  const { tokens, gapUs = 0, ttftUs = 0, seconds, stamp = 'content', roleChunk, stall, truthFile, core } = options
  const args = [
    '0',
    String(tokens),
    String(gapUs),
    String(ttftUs),
    String(seconds),
    '--die-with-parent',
    '--stamp',
    stamp,
  ]
  if (roleChunk) args.push('--role-chunk')
  if (stall) args.push('--stall-at-ms', String(stall.atMs), '--stall-ms', String(stall.forMs))
  if (truthFile !== undefined) args.push('--truth', truthFile)
  const child = spawn(...pinned(core, path, args), { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const gone = once(child, 'close')
  let port: string | undefined
  let report: TargetReport | undefined
  const listening = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('listening ')) {
        port = line.slice('listening '.length)
        resolve()
      } else report = JSON.parse(line) as TargetReport
    })
  })
  await Promise.race([listening, gone])
  if (port === undefined) throw new Error(`the load target did not start: ${path} ${args.join(' ')}`)
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    pid: child.pid,
    fallbackReason: undefined,
    close: async () => {
      await end(child, gone)
      return report
    },
  }
}

async function end(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
  await gone
  clearTimeout(timer)
}

async function startEmbedded(
  { tokens, gapUs = 0, ttftUs = 0, stall, truthFile }: TargetOptions,
  reason: string,
): Promise<Target> {
  if (stall !== undefined || truthFile !== undefined)
    throw new Error(`a stall or a truth file needs the native load target: ${reason}`)
  const { startServerThread } = await import('../../fixtures/index.ts')
  const server = await startServerThread({
    ttft: { kind: 'constant', meanMs: ttftUs / 1000 },
    itl: { kind: 'constant', meanMs: gapUs / 1000 },
    outputTokens: tokens,
  })
  return {
    url: new URL(PATH, server.url).href,
    pid: undefined,
    fallbackReason: reason,
    close: async () => {
      await server.close()
      return undefined
    },
  }
}
