/** The installed package as JavaScript and TypeScript of every kind see it, and under each package manager. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
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

  test('no door but those of Vitest needs a test framework, and each can be required', async () => {
    const doors = [
      'perfgate',
      'perfgate/fixtures',
      'perfgate/package.json',
      'perfgate/vitest/config',
      'perfgate/vitest/reporter',
    ]
    const framework = await attempt(inject('consumer'), ['node', '-e', "require('vitest')"])
    expect(framework.stderr).toContain("Cannot find module 'vitest'")
    const script =
      'for (const door of process.argv.slice(1)) try { require(door) } catch (error) { console.log(door, error.code, error.message.split(String.fromCharCode(10))[0]) }'
    const { stdout } = await run(inject('consumer'), ['node', '-e', script, ...doors])
    // The plugin is used where Vitest is; that it is looked for shows that nothing else stands in the way.
    expect(stdout).toMatch(/^perfgate\/vitest\/config ERR_MODULE_NOT_FOUND Cannot find package 'vitest'.*\n$/)
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
