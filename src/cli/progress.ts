/** The progress of a run on the terminal: a line, and the values of the last seconds above it. */
import cliCursor from 'cli-cursor'
import cliTruncate from 'cli-truncate'
import { createLogUpdate } from 'log-update'
import { coloured, type TerminalStyle } from '../report/index.ts'
import { countDone, progressFacts, progressLine, type RunProgress, shareDone, stageName } from '../run/index.ts'
import type { Output } from './io.ts'

interface ProgressDisplay {
  update(progress: RunProgress): void
  /** A line of its own, above the bar. */
  say(text: string): void
  /** Takes the bar away and gives the cursor back. May be called more than once. */
  end(): void
}

interface ProgressOptions {
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
  const values = liveFigures()
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
      if (isDue(progress)) say(progressLine(progress))
      if (live === undefined) return
      if (shown === undefined) cliCursor.hide(stream)
      // A window may have been made wider or narrower.
      const now = { ...style, columns: output.columns || style.columns }
      shown = [barLine(progress, now), ...values(progress, now)].map((line) => fitted(line, now)).join('\n')
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
function fitted(line: string, { columns, unicode }: TerminalStyle): string {
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

function barLine(progress: RunProgress, { columns, unicode }: TerminalStyle): string {
  const begin = stageName(progress)
  const end = [countDone(progress), ...progressFacts(progress)].join(unicode ? ' · ' : ' | ')
  const room = columns - 1 - begin.length - end.length - 2
  const share = shareDone(progress)
  const bar = share === undefined || room < LEAST_BAR ? '' : ` ${drawBar(share, Math.min(room, LONGEST_BAR), unicode)}`
  return `${begin}${bar} ${end}`
}

function drawBar(share: number, width: number, unicode: boolean): string {
  const full = Math.floor(share * width)
  return unicode ? '█'.repeat(full) + '░'.repeat(width - full) : '#'.repeat(full) + '.'.repeat(width - full)
}

const BLOCKS = [...'▁▂▃▄▅▆▇█']
const LETTERS = [...'_.-=+*#@']
/** A point of a sparkline stands for so long. */
const STEP_SECONDS = 1
const LONGEST_SPARKLINE = 30
/** Columns that values without a sparkline need. Narrower terminals show the bar alone. */
const LEAST_COLUMNS = 44
const LABEL_WIDTH = 10

interface History {
  stage: string
  step: number
  series: Record<'latency' | 'ttft' | 'qps' | 'inFlight', number[]>
}

/** @returns a function that gives the lines for one report of progress; none before anything was measured */
function liveFigures(): (progress: RunProgress, style: TerminalStyle) => string[] {
  let history = emptyHistory('')
  return (progress, style) => {
    const { recent } = progress
    if (recent === undefined || style.columns < LEAST_COLUMNS) return []
    const stage = `${progress.level} ${progress.phase}`
    if (history.stage !== stage) history = emptyHistory(stage)
    remember(history, progress)
    const { series } = history
    const lines = [
      line('latency', quantiles(recent.latencyMs), series.latency, style),
      ...(recent.ttftMs === null ? [] : [line('TTFT', quantiles(recent.ttftMs), series.ttft, style)]),
      line('requests', `${rate(recent.qps)}/s over the last 10 s`, series.qps, style),
      line('in flight', String(progress.inFlight), series.inFlight, style),
    ]
    const failures = Object.entries(recent.failures).toSorted(([, a], [, b]) => b - a)
    if (failures.length > 0) {
      const text = failures.map(([cause, count]) => `${count} ${style.unicode ? '×' : 'x'} ${cause}`).join(', ')
      lines.push(coloured('red', `${'failed'.padEnd(LABEL_WIDTH)}${text}`, style))
    }
    return lines
  }
}

function emptyHistory(stage: string): History {
  return { stage, step: -1, series: { latency: [], ttft: [], qps: [], inFlight: [] } }
}

function remember(history: History, { elapsedSeconds, recent, inFlight }: RunProgress): void {
  const step = Math.floor(elapsedSeconds / STEP_SECONDS)
  if (step === history.step) return
  history.step = step
  const now = {
    latency: recent?.latencyMs?.p50 ?? Number.NaN,
    ttft: recent?.ttftMs?.p50 ?? Number.NaN,
    qps: recent?.qps ?? 0,
    inFlight,
  }
  for (const name of Object.keys(now) as (keyof typeof now)[]) {
    const series = history.series[name]
    series.push(now[name])
    if (series.length > LONGEST_SPARKLINE) series.shift()
  }
}

function line(label: string, text: string, series: readonly number[], style: TerminalStyle): string {
  const begin = `${label.padEnd(LABEL_WIDTH)}${text.padEnd(30)} `
  // The last column stays free: some terminals begin a new line when it is written.
  const room = style.columns - 1 - begin.length
  return `${begin}${room < 5 ? '' : sparkline(series.slice(-room), style.unicode)}`.trimEnd()
}

/** From zero to the largest of them; a gap where nothing was measured. */
export function sparkline(values: readonly number[], unicode: boolean): string {
  const signs = unicode ? BLOCKS : LETTERS
  const most = Math.max(...values.filter((value) => !Number.isNaN(value)), 0)
  return values
    .map((value) => {
      if (Number.isNaN(value)) return ' '
      return signs[most === 0 ? 0 : Math.min(signs.length - 1, Math.floor((value / most) * signs.length))]!
    })
    .join('')
}

function quantiles(percentiles: { p50: number; p99: number } | null): string {
  if (percentiles === null) return 'none yet'
  return `p50 ${milliseconds(percentiles.p50).padEnd(9)} p99 ${milliseconds(percentiles.p99)}`
}

function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`
}

function rate(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1)
}
