/** The sign of each verdict: in a terminal, in one without Unicode, and in Markdown. */
import type { Verdict } from '../result/index.ts'

export const MARKS: Record<Verdict, string> = { pass: '✓', fail: '✗', undecided: '?', invalid: '!', none: '–' }
export const ASCII_MARKS: Record<Verdict, string> = { pass: '+', fail: 'x', undecided: '?', invalid: '!', none: '-' }
export const SIGNS: Record<Verdict, string> = { pass: '✅', fail: '❌', undecided: '❔', invalid: '⚠️', none: '➖' }

export function markOf(verdict: Verdict, { unicode }: { unicode?: boolean | undefined }): string {
  return (unicode ? MARKS : ASCII_MARKS)[verdict]
}
