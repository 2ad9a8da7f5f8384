/** "Speed Benchmark Results:", the speed for each length of prompt. */
import type { Result } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const SPEED_TITLE = 'Speed Benchmark Results:'
/** EvalScope's third column, the memory of the GPU, is not known to a client. */
export const SPEED_HEAD = ['Prompt Tokens', 'Speed(tokens/s)']

export function speedCells(speed: NonNullable<Result['speed']>): string[][] {
  return speed.map(({ promptTokens, tokensPerSecond }) => [figure(promptTokens, 0), figure(tokensPerSecond, 2)])
}

export function speedTable(speed: NonNullable<Result['speed']>, style: TerminalStyle): string {
  return drawTable({ head: SPEED_HEAD, rows: speedCells(speed), align: 'center', ruled: false }, style)
}
