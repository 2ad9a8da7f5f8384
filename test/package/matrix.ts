/** Each framework, with what changes how its tests run: a project for each, and what a run of it must leave. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, write } from './project.ts'

const POOLS = ['forks', 'threads', 'vmThreads'] as const
const LAYOUTS = ['one config', 'projects'] as const

/** Programs that measure without a framework. */
const PROGRAMS = ['ES module', 'CommonJS module', 'command line'] as const

export interface Cell {
  /** As in `FRAMEWORKS`, or a program. */
  framework: string
  /** Of Vitest. */
  pool?: (typeof POOLS)[number]
  layout?: (typeof LAYOUTS)[number]
}

export const CELLS: readonly Cell[] = [
  ...['Vitest 4.1', 'Vitest 5'].flatMap((framework) =>
    LAYOUTS.flatMap((layout) => POOLS.map((pool) => ({ framework, pool, layout }))),
  ),
  { framework: 'Jest 30' },
  { framework: 'node:test' },
  ...PROGRAMS.map((framework) => ({ framework })),
]

/** Each value of each column at least once. */
export const SELECTION: readonly { node: string; cell: Cell }[] = [
  { node: '22.19.0', cell: { framework: 'Vitest 5', pool: 'threads', layout: 'projects' } },
  { node: '24', cell: { framework: 'Vitest 4.1', pool: 'vmThreads', layout: 'one config' } },
  { node: '26', cell: { framework: 'Vitest 5', pool: 'forks', layout: 'one config' } },
  { node: '22.19.0', cell: { framework: 'Jest 30' } },
  { node: '26', cell: { framework: 'node:test' } },
  { node: '22.19.0', cell: { framework: 'ES module' } },
  { node: '22.19.0', cell: { framework: 'CommonJS module' } },
  { node: '26', cell: { framework: 'command line' } },
]

/** The oldest Node that is supported, and the newest of each line. */
export const NODES = ['22.19.0', '24', '26'] as const

export function nameOf({ framework, pool, layout }: Cell): string {
  return [framework, pool, layout].filter((part) => part !== undefined).join(', ')
}

/** Of FRAMEWORKS: where it is installed; programs need the package alone. */
export function installOf({ framework }: Cell): string {
  return isProgram(framework) ? 'node:test' : framework
}

function isProgram(framework: string): boolean {
  return (PROGRAMS as readonly string[]).includes(framework)
}

/**
 * Runs a gate that is met and one that is not.
 *
 * @param folder with the framework and the package installed; a folder of its own is made in it
 * @param node the program
 * @returns what is wrong; undefined: nothing
 */
export async function tryCell(folder: string, node: string, cell: Cell): Promise<string | undefined> {
  const name = nameOf(cell).replaceAll(/\W+/g, '-')
  const at = join(folder, `matrix-${name}`)
  rmSync(at, { recursive: true, force: true })
  write(at, filesOf(cell))
  // First in PATH, as a child process of a framework may look for it there.
  const PATH = `${join(node, '..')}:${process.env['PATH']}`
  const { code, stdout, stderr } = await attempt(at, [node, ...wordsOf(cell, folder)], { PATH, CI: '' })
  const reports = join(at, 'reports')
  if (isProgram(cell.framework))
    return code === 0 && stdout.includes('Verdict: pass') ? undefined : `exit code ${code}\n${stdout}\n${stderr}`
  const found = code === 0 ? verdictsIn(reports) : `exit code ${code}`
  const wanted = 'kept pass, broken fail, summary pass'
  return found === wanted ? undefined : `${found}, wanted ${wanted}\n${stdout}\n${stderr}`
}

function verdictsIn(reports: string): string {
  const files = readdirSync(reports)
  const of = (title: string): string => {
    const name = files.find((file) => file.includes(title) && file.endsWith('.json'))
    return name === undefined ? 'none' : JSON.parse(readFileSync(join(reports, name), 'utf8')).verdict
  }
  const summary = readFileSync(join(reports, 'summary.md'), 'utf8').startsWith('## ✅ perfgate: pass') ? 'pass' : 'not'
  return `kept ${of('kept')}, broken ${of('broken')}, summary ${summary}`
}

const MEASURE = `
  const { summary, verdict } = await runPerfBenchmark({
    parallel: 1, number: 3, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn', outputsDir: 'reports',
    thresholds: { successRate: '>= 99.9 %' },
  })
  if (summary.succeededRequests === 3) console.log('Verdict: ' + verdict)
`

function filesOf({ framework, pool, layout }: Cell): Record<string, string> {
  if (isProgram(framework))
    return {
      'measure.mjs': `import { runPerfBenchmark } from 'perfgate'\n${MEASURE}`,
      'measure.cjs': `const { runPerfBenchmark } = require('perfgate')\nvoid (async () => {${MEASURE}})()\n`,
    }
  const door = { 'Jest 30': 'perfgate/jest', 'node:test': 'perfgate/node-test' }[framework] ?? 'perfgate/vitest'
  const importing =
    framework === 'Jest 30' ? `const { perfTest } = require('${door}')` : `import { perfTest } from '${door}'`
  const perf = `${importing}
const load = { embedded: {}, parallel: 2, number: 4, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn', outputsDir: 'reports' }
perfTest('kept', { ...load, thresholds: { successRate: '>= 99.9 %' } })
perfTest.fails('broken', { ...load, thresholds: { 'p99(latency)': '<= 1 us' } })
`
  if (framework === 'Jest 30')
    return {
      'package.json': '{ "private": true }',
      'perf/gate.perf.cjs': perf,
      'jest.config.cjs': `module.exports = { preset: 'perfgate/jest', testEnvironmentOptions: { outputsDir: 'reports' } }\n`,
    }
  if (framework === 'node:test') return { 'perf/gate.perf.mjs': perf }
  const plugin = `plugins: [perfgate({ outputsDir: 'reports' })]`
  const config =
    layout === 'one config'
      ? `{ ${plugin}, test: { pool: '${pool}' } }`
      : `{ test: { pool: '${pool}', projects: [
  { test: { name: 'unit', include: ['unit/*.test.mjs'], pool: '${pool}' } },
  { ${plugin}, test: { name: 'load', pool: '${pool}' } },
] } }`
  return {
    'perf/gate.perf.mjs': perf,
    'unit/one.test.mjs': `import { expect, test } from 'vitest'\ntest('one', () => expect(1).toBe(1))\n`,
    'vitest.config.mjs': `import { perfgate } from 'perfgate/vitest/config'\nexport default ${config}\n`,
  }
}

function wordsOf({ framework }: Cell, folder: string): string[] {
  if (framework === 'Jest 30') return [join(folder, 'node_modules/jest/bin/jest.js')]
  if (framework === 'node:test') return ['--test', '--test-reporter=spec', 'perf/gate.perf.mjs']
  if (framework === 'ES module') return ['measure.mjs']
  if (framework === 'CommonJS module') return ['measure.cjs']
  if (framework === 'command line')
    return [
      join(folder, 'node_modules/perfgate/dist/src/cli/bin.js'),
      ...['--number', '3', '--parallel', '1', '--dataset', 'openqa', '--max-tokens', '4', '--on-invalid', 'warn'],
      ...['--threshold', 'successRate >= 99.9 %', '--outputs-dir', 'reports'],
    ]
  return [join(folder, 'node_modules/vitest/vitest.mjs'), 'run']
}
