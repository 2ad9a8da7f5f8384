/**
 * `npm run bench`: our speed against peers and limits, as ratios measured in one run on this machine.
 *
 * `-- --quick` takes under two minutes; `-- --only TEXT` runs the rows whose name has the text, or `micro`;
 * `-- --json` prints the results as JSON.
 */
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import { chooseCores, watchDisturbance } from './measure/index.ts'
import { type MicroResult, runMicro } from './micro/index.ts'
import { type Context, type Row, type RowResult, rows, SkipRow } from './rows/index.ts'
import { type Finished, renderMicro, renderRows } from './table.ts'
import { buildTarget } from './target/index.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const context: Context = { quick: flags.quick, cores: chooseCores() }
const only = flags.only?.toLowerCase()
const chosen = only === undefined ? rows : rows.filter(({ name }) => name.toLowerCase().includes(only))
const withMicro = only === undefined || 'micro'.includes(only)
if (chosen.length === 0 && !withMicro)
  throw new Error(`--only ${flags.only}: no row has this in its name: ${rows.map(({ name }) => name).join('; ')}`)

/** More than this much of a core in use by other work, and a row's figures say little. */
const QUIET_CORES = 0.1

const done: Finished[] = []
for (const [i, row] of chosen.entries()) {
  process.stderr.write(`[${i + 1}/${chosen.length}] ${row.name} …\n`)
  const otherCores = watchDisturbance()
  const result = await runRow(row)
  process.stderr.write(`      ${result.value}: ${result.verdict}; ${result.detail}\n`)
  done.push({ row, result, otherCores: otherCores() })
}
const micro: MicroResult[] = withMicro ? await runMicro(context.quick) : []

if (flags.json)
  console.log(
    JSON.stringify(
      {
        machine: machine(),
        quick: flags.quick,
        rows: done.map(({ row, result, otherCores }) => ({
          name: row.name,
          target: row.target,
          ...result,
          otherCores,
        })),
        micro,
      },
      null,
      2,
    ),
  )
else {
  const { client, target } = context.cores
  const built = buildTarget()
  console.log(`\n${machine()}`)
  console.log(
    `${client === undefined ? 'not pinned' : `client on core ${client}, target on core ${target}`}; ${built.path === undefined ? `embedded server as the target: ${built.reason}` : 'native target'}${flags.quick ? '; quick run, rougher figures' : ''}`,
  )
  if (done.length > 0) {
    console.log(renderRows(done))
    if (done.some(({ otherCores = 0 }) => otherCores > QUIET_CORES))
      console.log(`Not a quiet machine: "others" is the number of cores that other work used meanwhile.\n`)
    for (const { row, result } of done) console.log(`- ${row.name}\n    ${result.detail}`)
  }
  if (micro.length > 0) console.log(renderMicro(micro))
}
// A missed target is a finding, not an error of the bench.
if (done.some(({ result }) => result.verdict === 'failed')) process.exitCode = 1

async function runRow(row: Row): Promise<RowResult> {
  try {
    return await row.run(context)
  } catch (error) {
    const { message } = error as Error
    return { value: '–', verdict: error instanceof SkipRow ? 'skipped' : 'failed', detail: message }
  }
}
