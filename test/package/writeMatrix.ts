/**
 * `npm run matrix`: the packed package in each framework, pool and layout, on each Node that it supports, from the npm
 * package `node`. Writes the table of docs/package.md; with a failure it prints it, and exits with 1.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FRAMEWORKS } from './frameworks.ts'
import { CELLS, type Cell, installOf, NODES, nameOf, tryCell } from './matrix.ts'
import { emptyProject, ROOT, run } from './project.ts'

const PAGE = join(ROOT, 'docs/package.md')
const BEGIN = '<!-- written by npm run matrix -->'
const END = '<!-- end of the matrix -->'

const root = mkdtempSync(join(tmpdir(), 'perfgate-matrix-'))
try {
  await tryAll()
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function tryAll(): Promise<void> {
  const packed = await run(ROOT, ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', root])
  const tarball = join(root, /"filename": "([^"]+)"/.exec(packed.stdout)![1]!)
  const installed = new Map<string, string>()
  for (const { name, packages } of FRAMEWORKS) installed.set(name, await install(name, [tarball, ...packages]))
  const nodes: { program: string; version: string }[] = []
  for (const version of NODES) {
    const program = join(await install(`node-${version}`, [`node@${version}`]), 'node_modules/.bin/node')
    nodes.push({ program, version: (await run(root, [program, '--version'])).stdout.trim().slice(1) })
  }
  const rows: string[][] = []
  for (const cell of CELLS) {
    const results: string[] = []
    for (const { program, version } of nodes) {
      const wrong = await tryCell(installed.get(installOf(cell))!, program, cell)
      console.log(`${wrong === undefined ? 'ok    ' : 'FAILED'} ${version.padEnd(9)} ${nameOf(cell)}`)
      if (wrong !== undefined) {
        process.exitCode = 1
        console.log(wrong)
      }
      results.push(wrong === undefined ? 'passes' : 'fails')
    }
    rows.push([...columnsOf(cell), ...results])
  }
  writeTable(['framework', 'pool', 'layout', ...nodes.map(({ version }) => `Node ${version}`)], rows)
}

function columnsOf({ framework, pool, layout }: Cell): string[] {
  return [framework, pool ?? '', layout ?? '']
}

async function install(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(root, name.replaceAll(/\W+/g, '-'))
  mkdirSync(folder)
  // The package `node` fetches its program when it is installed; npm asks for leave.
  emptyProject(folder, { allowScripts: { node: true } })
  await run(folder, ['npm', 'install', ...packages])
  return folder
}

function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  const text = readFileSync(PAGE, 'utf8')
  const [before, after] = [text.split(BEGIN)[0]!, text.split(END)[1]!]
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`)
}
