/** The installed package as JavaScript and TypeScript of every kind see it, and under each package manager. */
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { madeDb } from '../report/madeDb.ts'
import { madeRow } from '../report/rows.ts'
import { attempt, emptyProject, fileFolder, ROOT, run, write } from './project.ts'

const MEASURE = `
  const { summary, verdict } = await runPerfBenchmark({
    parallel: 1, number: 3, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn', outputsDir: 'out',
    thresholds: { successRate: '>= 99.9 %' },
  })
  console.log(summary.succeededRequests, verdict)
`

const MODULES = {
  'measure.mjs': `import { runPerfBenchmark } from 'perfgate'\n${MEASURE}`,
  'measure.cjs': `const { runPerfBenchmark } = require('perfgate')\nvoid (async () => {${MEASURE}})()\n`,
}

describe('a program', () => {
  beforeAll(() => write(inject('consumer'), MODULES))

  test.each(Object.keys(MODULES))('%s measures', async (file) => {
    const { stdout, stderr } = await run(inject('consumer'), ['node', file])
    expect(stdout).toBe('3 pass\n')
    expect(stderr).not.toMatch(/ExperimentalWarning: CommonJS/)
  })

  test('can require every door that is not of Vitest, and nothing of a test framework is loaded', async () => {
    const script = `
      const loaded = []
      const resolve = (name, context, next) => {
        const found = next(name, context)
        loaded.push(found.url)
        return found
      }
      require('node:module').registerHooks({ resolve })
      for (const door of ['perfgate', 'perfgate/fixtures', 'perfgate/vitest/reporter']) require(door)
      console.log(JSON.stringify(loaded))
    `
    const { stdout } = await run(inject('consumer'), ['node', '-e', script])
    const own = pathToFileURL(realpathSync(inject('consumer'))).href
    const packages = new Set<string>()
    for (const url of JSON.parse(stdout) as string[]) {
      if (url.startsWith('node:')) continue
      expect(url.startsWith(own), url).toBe(true)
      packages.add(/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)![1]!)
    }
    expect(packages).toContain('perfgate')
    expect([...packages].filter((name) => /vitest|jest/.test(name))).toEqual([])
  })
})

describe('an older Node', () => {
  test.each([
    "import('perfgate')",
    "import('perfgate/fixtures')",
    "import('perfgate/node-test')",
    "import('perfgate/jest/jest-preset')",
    "import('perfgate/vitest/config').then(({ perfgate }) => perfgate())",
  ])('says which one is needed: %s', async (door) => {
    // Of Node 20: its version, and that it has no SQLite.
    const older = `
      import { registerHooks } from 'node:module'
      const resolve = (name, context, next) => {
        if (name === 'node:sqlite') throw new Error('No such built-in module')
        return next(name, context)
      }
      registerHooks({ resolve })
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
      await ${door}`
    const folder = door.includes('vitest') ? inject('installed')['Vitest 5']! : inject('consumer')
    const { code, stderr } = await attempt(folder, ['node', '--input-type=module', '-e', older])
    expect(stderr).toContain('Error: perfgate: needs Node 22.19 or newer, this is Node 20.20.2 (')
    expect(code).toBe(1)
  })
})

describe('OTLP', () => {
  test('asks for its package, which is not installed with this one', async () => {
    const { db } = madeDb([madeRow(0)])
    const { code, stderr } = await attempt(inject('consumer'), [
      'node',
      'node_modules/perfgate/dist/src/cli/bin.js',
      ...['export', db, '--format', 'otlp'],
    ])
    expect(stderr).toBe(
      'perfgate: format otlp needs the package @opentelemetry/otlp-transformer, which is not installed; run npm install --save-dev @opentelemetry/otlp-transformer @opentelemetry/api\n',
    )
    expect(code).toBe(2)
  })
})

const SAMPLE = `import { type Config, ConfigError, type Result, resolveConfig, runPerfBenchmark } from 'perfgate'
import { startServer } from 'perfgate/fixtures'

export const config: Config = { model: 'm', parallel: [1, 2], thresholds: { 'p99(latency)': '< 1 s' } }
// @ts-expect-error: an option that is not there
export const mistaken: Config = { paralel: 1 }

export async function latency(): Promise<number | null> {
  const server = await startServer({ outputTokens: 4 })
  const { result } = await runPerfBenchmark({ ...config, url: server.url })
  const same: Result = result
  await server.close()
  if (resolveConfig(config) instanceof ConfigError) return null
  // @ts-expect-error: a figure is a number
  const wrong: string = same.summary.qps
  return same.distributions.latency?.p99 ?? Number(wrong)
}
`

const COMPILER = { strict: true, noEmit: true, target: 'es2024', lib: ['es2024'], types: ['node'], skipLibCheck: false }

describe('TypeScript', () => {
  test.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }, ['sample.mts', 'sample.cts']],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }, ['sample.mts']],
  ])('%s finds the types, and knows a mistake', async (kind, options, files) => {
    const folder = join(inject('consumer'), `types-${kind}`)
    mkdirSync(folder)
    // The types of Node are those of this repository.
    const compilerOptions = { ...COMPILER, ...options, typeRoots: [join(ROOT, 'node_modules/@types')] }
    write(folder, {
      ...Object.fromEntries(files.map((file) => [file, SAMPLE])),
      'tsconfig.json': JSON.stringify({ compilerOptions, files }),
    })
    const { stdout, code } = await attempt(folder, ['tsc', '-p', '.'])
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })
})

const yarn = (folder: string): string[] => ['node', join(folder, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')]
const pnpm = (folder: string): string[] => [join(folder, 'node_modules/.bin/pnpm')]

describe('another package manager', () => {
  const projects = fileFolder()
  const tools = join(projects, 'tools')

  beforeAll(async () => {
    mkdirSync(tools)
    emptyProject(tools)
    await run(tools, ['npm', 'install', 'pnpm@12.21.0', '@yarnpkg/cli-dist@4.18.1'])
  })

  test.each([
    {
      name: 'pnpm',
      words: pnpm,
      add: (tarball: string) => ['add', '--save-dev', '--prefer-offline', tarball],
      files: {},
    },
    // Plug'n'Play, Yarn's default: a package that is not declared is not found.
    {
      name: 'Yarn',
      words: yarn,
      add: (tarball: string) => ['add', '--dev', `perfgate@file:${tarball}`],
      files: { 'yarn.lock': '' },
    },
  ])('$name installs it, and a program measures', async ({ name, words, add, files }) => {
    const folder = join(projects, name)
    mkdirSync(folder)
    emptyProject(folder)
    write(folder, { ...files, 'measure.mjs': MODULES['measure.mjs'] })
    await run(folder, [...words(tools), ...add(inject('tarball'))], { YARN_ENABLE_IMMUTABLE_INSTALLS: '0' })
    const { stdout } = await run(folder, [...words(tools), ...(words === pnpm ? ['exec'] : []), 'node', 'measure.mjs'])
    expect(stdout).toBe('3 pass\n')
  })
})
