/**
 * `npm run soak`: the whole pipeline under much load for long: a million requests, ten thousand connections at once,
 * 200,000 stored rows a minute. `-- --only million` runs one of them, `-- --small` each in a few seconds.
 */
import { parseArgs } from 'node:util'
import { machine } from '../machine.ts'
import { connections } from './connections.ts'
import { million } from './million.ts'
import { rows } from './rows.ts'
import type { Soak } from './soak.ts'

const { values: flags } = parseArgs({
  options: { small: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const all: readonly Soak[] = [million, connections, rows]
const chosen = all.filter(({ name }) => flags.only === undefined || name === flags.only)
if (chosen.length === 0) throw new Error(`--only ${flags.only}: known: ${all.map(({ name }) => name).join(', ')}`)

console.log(`${machine()}${flags.small ? '; small sizes' : ''}`)
for (const { name, what, run } of chosen) {
  const { figures, broken } = await run(flags.small)
  console.log(`\n${name}: ${what}\n${figures.map((line) => `  ${line}`).join('\n')}`)
  for (const promise of broken) console.log(`  BROKEN: ${promise}`)
  console.log(broken.length === 0 ? '  kept' : '')
  if (broken.length > 0) process.exitCode = 1
}
