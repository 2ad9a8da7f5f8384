/**
 * `npm run proof`: how often our verdicts and intervals are right, by simulation on the real statistics code, and live
 * against two servers on a machine made noisy (the last part; with `--no-live` it is left out).
 */
import { parseArgs } from 'node:util'
import { comparisonRows } from './comparison.ts'
import { coverage } from './coverage.ts'
import { liveRows } from './live.ts'
import { type ProofRow as ComparedRow, printRows } from './proofRow.ts'
import { repeatedLooks } from './repeatedLooks.ts'
import type { ProofRow } from './row.ts'
import { renderProof } from './table.ts'
import { timestampErrors } from './timestampErrors.ts'

const rows: readonly ProofRow[] = [timestampErrors, coverage, repeatedLooks]

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    live: { type: 'boolean', default: true },
  },
  allowNegative: true,
})

for (const row of rows.filter(({ name }) => name.includes(flags.only))) {
  process.stderr.write(`${row.name} …\n`)
  const result = await row.run({ seed: Number(flags.seed), quick: flags.quick })
  console.log(renderProof(row, result))
  // A missed target is a finding that must not go unseen.
  if (!result.met) process.exitCode = 1
}

/** A comparison's rows come one by one: each takes minutes. */
function show(row: ComparedRow): void {
  printRows([row])
  if (row.verdict === 'missed') process.exitCode = 1
}

if ('comparison'.includes(flags.only)) for (const row of comparisonRows(flags.quick ? 100 : 1000)) show(row)
if (flags.live && 'live'.includes(flags.only)) for (const row of await liveRows(flags.quick ? 3 : 50)) show(row)
