/** One line of the proof's table. */

export interface ProofRow {
  what: string
  /** What must hold, as text. */
  target: string
  measured: string
  verdict: 'met' | 'missed' | 'shown'
  /** What is behind the figure, for a reader who doubts it. */
  detail: string
}

export function met(holds: boolean): ProofRow['verdict'] {
  return holds ? 'met' : 'missed'
}

/** `12 of 1,000 (1.2 %)` */
export function counted(hits: number, of: number): string {
  return `${hits.toLocaleString('en')} of ${of.toLocaleString('en')} (${((100 * hits) / of).toFixed(1)} %)`
}

export function printRows(rows: readonly ProofRow[]): void {
  for (const { what, target, measured, verdict, detail } of rows)
    console.log(`${what}\n  target ${target}: ${measured}, ${verdict}\n${detail.replace(/^/gm, '    ')}\n`)
}
