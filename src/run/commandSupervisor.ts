/**
 * The process between us and a command we started: it ends the command, and all the command started, as soon as we are
 * gone, however that came about.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers'
import { onStopSignals, STOP_SIGNALS } from '../config/signals.ts'
// Not from the folder's index: this process starts with each server, and needs no more.
import { secretsFrom } from '../secrets/hide.ts'
import { scrubLog } from './scrub.ts'

export type ToSupervisor = {
  type: 'start'
  command: string
  cwd: string | undefined
  env: NodeJS.ProcessEnv
  logPath: string
  /** Spellings that the log must not keep, also where the process that started us is killed. */
  secrets: readonly string[]
}

export type FromSupervisor =
  | { type: 'started'; pid: number }
  | { type: 'refused'; reason: string }
  | { type: 'ended'; how: string }

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 5000
const POLL_MS = 20

let child: ChildProcess | undefined

let given: ToSupervisor | undefined

process.on('message', (message: ToSupervisor) => {
  given = message
  const { command, cwd, env } = message
  child = spawn(command, { cwd, env, shell: true, detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
  child.once('spawn', () => tell({ type: 'started', pid: child!.pid! }))
  child.once('error', (error) => tell({ type: 'refused', reason: error.message }))
  child.once('exit', (code, signal) =>
    tell({ type: 'ended', how: signal === null ? `exit code ${code}` : `signal ${signal}` }),
  )
})
// The channel closes when we are told to stop, and when the process that started us ends in whatever way.
process.once('disconnect', () => void stop())
// The user's interrupts are for the process that started us.
onStopSignals(STOP_SIGNALS, () => void stop())

function tell(message: FromSupervisor): void {
  if (process.connected) process.send!(message)
}

async function stop(): Promise<void> {
  const pid = child?.pid
  if (pid !== undefined) {
    signalGroup(pid, 'SIGTERM')
    const deadline = performance.now() + GRACE_MS
    while (groupLives(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    if (groupLives(pid)) signalGroup(pid, 'SIGKILL')
  }
  if (given !== undefined) scrubLog(given.logPath, secretsFrom(given.secrets))
  process.exit()
}

function groupLives(pid: number): boolean {
  if (process.platform === 'win32') return child?.exitCode === null && child.signalCode === null
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'])
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone already.
  }
}
