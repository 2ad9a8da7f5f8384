/** A proof row as text: what was claimed, what came of it, and every figure behind it. */
import Table from 'cli-table3'
import type { ProofResult, ProofRow } from './row.ts'

export function renderProof({ name, target }: ProofRow, { met, summary, head, body }: ProofResult): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } })
  for (const cells of body) table.push([...cells])
  return `${name}\n  target: ${target}\n  ${met ? 'met' : 'MISSED'}: ${summary}\n${table.toString()}\n`
}

/** `95.3 %` */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
