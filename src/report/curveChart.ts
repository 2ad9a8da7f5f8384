/** Points on two axes, drawn in text: the latency–throughput curve of a sweep. */

import { figure } from './figures.ts'
import type { TerminalStyle } from './terminal.ts'

export interface ChartPoint {
  x: number
  y: number
  /** Written beside the point, for instance its level of load. */
  label: string
  /** Drawn with the mark of what was looked for. */
  isMarked: boolean
}

export interface ChartLabels {
  x: string
  y: string
}

const HEIGHT = 15
const MAX_WIDTH = 72
const MIN_WIDTH = 20

/** @returns lines without a newline at the end; none when there are no points */
export function curveChart(points: readonly ChartPoint[], labels: ChartLabels, style: TerminalStyle): string[] {
  if (points.length === 0) return []
  const maxX = Math.max(...points.map(({ x }) => x)) || 1
  const maxY = Math.max(...points.map(({ y }) => y)) || 1
  const ticks = [rounded(maxY), rounded(maxY / 2), '0']
  const gutter = Math.max(...ticks.map((tick) => tick.length))
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, style.columns - gutter - 4))
  const grid = Array.from({ length: HEIGHT }, () => Array.from({ length: width }, () => ' '))
  // Labels come first, so that no label covers a point; where two points share a cell the marked one is seen.
  const placed = points.map((point) => ({
    point,
    column: Math.round((point.x / maxX) * (width - 1)),
    row: HEIGHT - 1 - Math.round((point.y / maxY) * (HEIGHT - 1)),
  }))
  for (const { point, column, row } of placed) writeLabel(grid[row]!, column, point.label, width)
  for (const { point, column, row } of placed.toSorted((a, b) => Number(a.point.isMarked) - Number(b.point.isMarked)))
    grid[row]![column] = markOf(point, style)
  const [bar, corner, rule] = style.unicode ? ['│', '└', '─'] : ['|', '+', '-']
  const lines = grid.map((cells, row) => {
    const tick =
      row === 0 ? ticks[0]! : row === Math.floor(HEIGHT / 2) ? ticks[1]! : row === HEIGHT - 1 ? ticks[2]! : ''
    return `${tick.padStart(gutter)} ${bar}${cells.join('')}`.trimEnd()
  })
  return [
    labels.y,
    ...lines,
    `${' '.repeat(gutter)} ${corner}${rule!.repeat(width)}`,
    `${' '.repeat(gutter)}  0${between(labels.x, rounded(maxX), width - 1)}`,
  ]
}

/** The label in the middle and the end of the axis at its end. */
function between(label: string, end: string, width: number): string {
  const middle = label.padStart(Math.floor((width + label.length) / 2))
  return middle + end.padStart(Math.max(end.length + 1, width - middle.length))
}

/** Three significant digits are as much as an axis can show. */
function rounded(value: number): string {
  return figure(Number(value.toPrecision(3)), 6)
}

function writeLabel(row: string[], column: number, label: string, width: number): void {
  const text = [...label]
  const from = column + 2 + text.length <= width ? column + 2 : column - 1 - text.length
  text.forEach((character, i) => {
    if (from + i >= 0 && row[from + i] === ' ') row[from + i] = character
  })
}

function markOf({ isMarked }: ChartPoint, { unicode }: TerminalStyle): string {
  if (unicode) return isMarked ? '◆' : '●'
  return isMarked ? '#' : 'o'
}
