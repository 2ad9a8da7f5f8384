/** `npm run proof`: how often our verdicts and intervals are right, by simulation on the real statistics code. */
import { parseArgs } from 'node:util'
import { coverage } from './coverage.ts'
import { repeatedLooks } from './repeatedLooks.ts'
import type { ProofRow } from './row.ts'
import { renderProof } from './table.ts'

const rows: readonly ProofRow[] = [coverage, repeatedLooks]

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})

for (const row of rows.filter(({ name }) => name.includes(flags.only))) {
  process.stderr.write(`${row.name} …\n`)
  const result = await row.run({ seed: Number(flags.seed), quick: flags.quick })
  console.log(renderProof(row, result))
  // A missed target is a finding that must not go unseen.
  if (!result.met) process.exitCode = 1
}
