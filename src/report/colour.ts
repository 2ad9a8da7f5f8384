/** Colours of words in a terminal, left out where they are not wanted. */
import { styleText } from 'node:util'
import type { Verdict } from '../result/index.ts'
import type { TerminalStyle } from './terminal.ts'

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold'

export const VERDICT_COLOURS: Record<Verdict, Colour> = {
  pass: 'green',
  fail: 'red',
  undecided: 'yellow',
  invalid: 'yellow',
  none: 'dim',
}

export function coloured(colour: Colour, text: string, { colour: wanted }: TerminalStyle): string {
  // The terminal was asked once, in terminal.ts; Node need not look again.
  return wanted ? styleText(colour, text, { validateStream: false }) : text
}
