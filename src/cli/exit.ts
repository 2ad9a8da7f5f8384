/** How a command ends: exit codes, messages of errors, interrupts. */

import {
  ConfigError,
  EndpointError,
  onStopSignals,
  STOP_CODES,
  STOP_SIGNALS,
  type StopSignal,
  stoppingText,
} from '../config/index.ts'
import { isAcceptedRun } from '../gates/index.ts'
import type { CapacityResult, Result } from '../result/index.ts'
import type { Io } from './io.ts'

/** 0 when every level is accepted: it passed, or had nothing to judge; otherwise 1. */
export function exitCodeOf(results: readonly Result[]): 0 | 1 {
  return results.every(isAcceptedRun) ? 0 : 1
}

/** 0 when the search found what its gate asks for. */
export function exitCodeOfCapacity({ verdict, config }: CapacityResult): 0 | 1 {
  return verdict === 'pass' || (verdict === 'invalid' && config['onInvalid'] === 'skip') ? 0 : 1
}

const FAILED = 1
const WRONG_USAGE = 2
const NO_ENDPOINT = 3

export function codeOf(error: unknown): number {
  if (error instanceof ConfigError) return WRONG_USAGE
  return error instanceof EndpointError ? NO_ENDPOINT : FAILED
}

/** Errors a user can cause have a name of ours and tell the whole story; of others the stack is needed too. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForeign = ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name)
  return isForeign ? (error.stack ?? error.message) : error.message
}

/** By one of the signals that end a run. */
export function isInterruption(exitCode: number): boolean {
  return (Object.values(STOP_CODES) as number[]).includes(exitCode)
}

interface Interrupts {
  /** Aborted by the first interrupt. */
  signal: AbortSignal
  /** Aborted by the second. */
  killSignal: AbortSignal
  /** Of the first interrupt: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP; undefined when there was none. */
  readonly exitCode: number | undefined
  /**
   * The exit code for an error that is the interruption itself, as when the endpoint was still being started.
   * @throws any other error
   */
  exitCodeOf(error: unknown): number
  close(): void
}

interface Listening {
  say(text: string): void
  /** Puts the terminal in order when the process is ended at once. */
  beforeExit(): void
  /** The run goes on when its terminal closes. */
  outlivesTerminal: boolean
}

export function listenForInterrupts(io: Io, { say, beforeExit, outlivesTerminal }: Listening): Interrupts {
  const stop = new AbortController()
  const kill = new AbortController()
  let exitCode: number | undefined
  function onSignal(name: StopSignal): void {
    if (name === 'SIGHUP' && outlivesTerminal) return
    exitCode ??= STOP_CODES[name]
    if (kill.signal.aborted) {
      beforeExit()
      io.exit(exitCode)
    } else if (stop.signal.aborted) {
      say('cancelling the requests in flight')
      kill.abort()
    } else {
      say(stoppingText('cancels them'))
      stop.abort()
    }
  }
  const close = onStopSignals(STOP_SIGNALS, onSignal, io.signals)
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    get exitCode() {
      return exitCode
    },
    exitCodeOf(error) {
      if (exitCode === undefined) throw error
      if (error !== stop.signal.reason && !(error instanceof EndpointError)) throw error
      say(error instanceof EndpointError ? error.message : 'interrupted before anything was measured')
      return exitCode
    },
    close,
  }
}
