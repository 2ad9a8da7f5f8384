/**
 * `npm run test:nodes [version …]`: the packed package on each Node that it supports, from the npm package `node`.
 *
 * In each: a CommonJS and an ES program measure, the command line and Vitest judge. Without versions: the oldest
 * supported, and the newest of 24 and of 26.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, type Ended, emptyProject, ROOT, run, write } from './project.ts'

const VERSIONS = ['22.19.0', '24', '26']

const MEASURE = `
  const { summary, verdict } = await runPerfBenchmark({
    parallel: 1, number: 3, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn', outputsDir: 'out',
    thresholds: { successRate: '>= 99.9 %' },
  })
  console.log(summary.succeededRequests, verdict)
`

const FILES = {
  'measure.mjs': `import { runPerfBenchmark } from 'perfgate'\n${MEASURE}`,
  'measure.cjs': `const { runPerfBenchmark } = require('perfgate')\nvoid (async () => {${MEASURE}})()\n`,
  'vitest.config.mjs': `import { perfgate } from 'perfgate/vitest/config'\nexport default { plugins: [perfgate()] }\n`,
  'perf/gate.perf.mjs': `import { perfTest } from 'perfgate/vitest'
const load = { parallel: 1, number: 3, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn' }
perfTest('kept', { ...load, thresholds: { successRate: '>= 99.9 %' } })
perfTest.fails('broken', { ...load, thresholds: { 'p99(latency)': '<= 1 us' } })
`,
}

interface Step {
  name: string
  /** After `node`. */
  arguments: string[]
  says: string
}

const STEPS: Step[] = [
  { name: 'ESM', arguments: ['measure.mjs'], says: '3 pass\n' },
  { name: 'CommonJS', arguments: ['measure.cjs'], says: '3 pass\n' },
  {
    name: 'command line',
    arguments: [
      'node_modules/perfgate/dist/src/cli/bin.js',
      ...['--number', '3', '--parallel', '1', '--dataset', 'openqa', '--max-tokens', '4', '--on-invalid', 'warn'],
    ],
    says: 'Percentile results:',
  },
  {
    name: 'Vitest',
    arguments: ['node_modules/vitest/vitest.mjs', 'run', 'perf/'],
    says: '1 passed | 1 expected fail (2)',
  },
]

const asked = process.argv.slice(2)
const root = mkdtempSync(join(tmpdir(), 'perfgate-nodes-'))
try {
  const packed = await run(ROOT, ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', root])
  const tarball = join(root, /"filename": "([^"]+)"/.exec(packed.stdout)![1]!)
  for (const version of asked.length > 0 ? asked : VERSIONS) await tryNode(version, tarball)
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function tryNode(version: string, tarball: string): Promise<void> {
  const folder = join(root, `node-${version}`)
  mkdirSync(folder)
  // The package `node` fetches its program when it is installed; npm asks for leave.
  emptyProject(folder, { allowScripts: { node: true } })
  write(folder, FILES)
  await run(folder, ['npm', 'install', tarball, `node@${version}`, 'vitest@5'])
  const node = join(folder, 'node_modules/.bin/node')
  const actual = (await run(folder, [node, '--version'])).stdout.trim()
  for (const { name, arguments: words, says } of STEPS) {
    // First in PATH, as a child process of a test framework may look for it there.
    const ended = await attempt(folder, [node, ...words], {
      PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`,
    })
    report(actual, name, ended, says)
  }
}

function report(version: string, name: string, { code, stdout, stderr }: Ended, says: string): void {
  const isRight = code === 0 && stdout.includes(says)
  console.log(`${isRight ? 'ok    ' : 'FAILED'} ${version.padEnd(9)} ${name}`)
  if (isRight) return
  process.exitCode = 1
  console.log(`exit code ${code}\n${stdout}\n${stderr}`)
}
