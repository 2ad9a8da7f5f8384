/** Under the bar of a terminal: latency, TTFT and throughput of the last seconds, with a sparkline of each. */
import { coloured, type TerminalStyle } from '../report/index.ts'
import type { RunProgress } from '../run/index.ts'

const BLOCKS = [...'▁▂▃▄▅▆▇█']
const LETTERS = [...'_.-=+*#@']
/** A point of a sparkline stands for so long. */
const STEP_SECONDS = 1
const LONGEST_SPARKLINE = 30
/** Figures without a sparkline need so many columns; narrower terminals have the bar alone. */
const LEAST_COLUMNS = 44
const LABEL_WIDTH = 10

interface History {
  stage: string
  step: number
  series: Record<'latency' | 'ttft' | 'qps' | 'inFlight', number[]>
}

/** @returns a function that gives the lines for one report of progress; none before anything was measured */
export function liveFigures(): (progress: RunProgress, style: TerminalStyle) => string[] {
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

function quantiles(figures: { p50: number; p99: number } | null): string {
  if (figures === null) return 'none yet'
  return `p50 ${milliseconds(figures.p50).padEnd(9)} p99 ${milliseconds(figures.p99)}`
}

function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`
}

function rate(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1)
}
