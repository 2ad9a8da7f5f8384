/** Shows how far a run is: lines that are updated in place in a terminal, a plain line now and then elsewhere. */
import cliCursor from 'cli-cursor'
import cliTruncate from 'cli-truncate'
import { createLogUpdate } from 'log-update'
import type { TerminalStyle } from '../report/index.ts'
import type { RunProgress } from '../run/index.ts'
import type { Output } from './io.ts'
import { liveFigures } from './liveFigures.ts'

export interface ProgressDisplay {
  update(progress: RunProgress): void
  /** A line of its own, above the bar. */
  say(text: string): void
  /** Takes the bar away and gives the cursor back. May be called more than once. */
  end(): void
}

export interface ProgressOptions {
  output: Output
  style: TerminalStyle
  /** Also a plain line each time so many more requests are done; 0: without a terminal, one every few seconds. */
  everyRequests: number
}

const PLAIN_EVERY_SECONDS = 5
const LEAST_BAR = 5
const LONGEST_BAR = 30

export function showProgress({ output, style, everyRequests }: ProgressOptions): ProgressDisplay {
  const isLive = output.isTTY === true
  const isDue = plainLineDue(everyRequests, isLive)
  const figures = liveFigures()
  // It asks of its stream only what `Output` has; its cursor would be that of stderr, whatever the stream.
  const stream = output as NodeJS.WriteStream
  const live = isLive ? createLogUpdate(stream, { showCursor: true, defaultWidth: style.columns }) : undefined
  let shown: string | undefined

  function say(text: string): void {
    if (shown !== undefined) live?.clear()
    output.write(`${text}\n`)
    if (shown !== undefined) live?.(shown)
  }

  return {
    update(progress) {
      if (isDue(progress)) say(plainLine(progress))
      if (live === undefined) return
      if (shown === undefined) cliCursor.hide(stream)
      // A window may have been made wider or narrower.
      const now = { ...style, columns: output.columns || style.columns }
      shown = [barLine(progress, now), ...figures(progress, now)].map((line) => fitted(line, now)).join('\n')
      live(shown)
    },
    say,
    end() {
      if (shown === undefined) return
      live?.clear()
      live?.done()
      cliCursor.show(stream)
      shown = undefined
    },
  }
}

/** The last column stays free: some terminals begin a new line when it is written. */
export function fitted(line: string, { columns, unicode }: TerminalStyle): string {
  return cliTruncate(line, Math.max(1, columns - 1), { truncationCharacter: unicode ? '…' : '' })
}

/** Every few requests where the user said so, otherwise every few seconds where there is no bar. */
function plainLineDue(everyRequests: number, isLive: boolean): (progress: RunProgress) => boolean {
  let stage = ''
  let last = 0
  return ({ phase, level, done, elapsedSeconds }) => {
    const next = `${level} ${phase}`
    if (next !== stage) {
      stage = next
      last = 0
    }
    const [now, step] = everyRequests > 0 ? [done, everyRequests] : [elapsedSeconds, PLAIN_EVERY_SECONDS]
    if ((everyRequests === 0 && isLive) || Math.floor(now / step) <= Math.floor(last / step)) return false
    last = now
    return true
  }
}

/** `measuring 45/100, 12.3 requests/s, 0 failed, 8 in flight, ETA 4 s` */
function plainLine(progress: RunProgress): string {
  return [`${stageName(progress)} ${counted(progress)}`, ...facts(progress)].join(', ')
}

function barLine(progress: RunProgress, { columns, unicode }: TerminalStyle): string {
  const begin = stageName(progress)
  const end = [counted(progress), ...facts(progress)].join(unicode ? ' · ' : ' | ')
  const room = columns - 1 - begin.length - end.length - 2
  const share = shareDone(progress)
  const bar = share === undefined || room < LEAST_BAR ? '' : ` ${drawBar(share, Math.min(room, LONGEST_BAR), unicode)}`
  return `${begin}${bar} ${end}`
}

function drawBar(share: number, width: number, unicode: boolean): string {
  const full = Math.floor(share * width)
  return unicode ? '█'.repeat(full) + '░'.repeat(width - full) : '#'.repeat(full) + '.'.repeat(width - full)
}

function stageName({ phase, level, levels }: RunProgress): string {
  return levels > 1 ? `[${level + 1}/${levels}] ${phase}` : phase
}

function counted({ done, total }: RunProgress): string {
  return total === null ? `${done} done` : `${done}/${total}`
}

function facts(progress: RunProgress): string[] {
  const { qps, failed, inFlight } = progress
  const eta = secondsLeft(progress)
  return [
    `${qps.toFixed(qps < 10 ? 2 : 1)} requests/s`,
    `${failed} failed`,
    `${inFlight} in flight`,
    ...(eta === undefined ? [] : [`ETA ${duration(eta)}`]),
  ]
}

function shareDone({ done, total, elapsedSeconds, durationSeconds }: RunProgress): number | undefined {
  const shares = [total === null ? 0 : done / total, durationSeconds === null ? 0 : elapsedSeconds / durationSeconds]
  return total === null && durationSeconds === null ? undefined : Math.min(1, Math.max(...shares))
}

/** Whichever ends first, the requests or the time. */
function secondsLeft({ done, total, qps, elapsedSeconds, durationSeconds }: RunProgress): number | undefined {
  const ends = [
    ...(total === null || qps <= 0 ? [] : [(total - done) / qps]),
    ...(durationSeconds === null ? [] : [durationSeconds - elapsedSeconds]),
  ]
  return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends))
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
