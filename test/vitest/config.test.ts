import { basename } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { configDefaults, type ViteUserConfig } from 'vitest/config'
import { type CliOptions, createVitest, type Vitest } from 'vitest/node'
import { type PerfgateOptions, perfgate } from '../../src/testing/vitest/config.ts'
import { projectPath } from './childVitest.ts'

let vitest: Vitest
afterEach(() => vitest.close())

/** What Vitest makes of a config that nobody runs. */
async function resolved(options: PerfgateOptions, config: ViteUserConfig = {}, reporters?: string[]): Promise<Vitest> {
  const cli: CliOptions = { watch: false, config: false, root: projectPath('files') }
  if (reporters !== undefined) Object.assign(cli, { reporter: reporters })
  vitest = await createVitest(cli, { plugins: [perfgate(options)], ...config })
  return vitest
}

const reporterNames = ({ config }: Vitest): string[] =>
  config.reporters.map((reporter) => basename(String((reporter as [string])[0])))

test('alone in a config, perf files get a project of their own, and other tests keep their settings', async () => {
  const { projects, config } = await resolved({}, { test: { maxWorkers: 7 } })
  expect(projects.map(({ name }) => name)).toEqual(['', 'perf'])
  const [others, perf] = projects.map((project) => project.config)
  expect(others).toMatchObject({ include: configDefaults.include, maxWorkers: 7 })
  expect(others!.runner).toBeUndefined()
  expect(perf).toMatchObject({ include: ['**/*.perf.?(c|m)[jt]s?(x)'], maxWorkers: 1 })
  expect(perf!.sequence.groupOrder).toBeGreaterThan(others!.sequence.groupOrder)
  expect(basename(perf!.runner!)).toBe('runner.ts')
  expect(config).toBe(others)
})

test('a config whose include is of perf files stays one project', async () => {
  const { projects } = await resolved({}, { test: { include: ['perf/**'] } })
  expect(projects.map(({ name, config }) => [name, config.maxWorkers])).toEqual([['', 1]])
})

test('in a project of its own, perf files are all there is', async () => {
  const { projects } = await resolved(
    {},
    {
      plugins: [],
      test: { projects: [{ plugins: [perfgate()], test: { name: 'perf' } }, { test: { name: 'unit' } }] },
    },
  )
  const [perf, unit] = ['perf', 'unit'].map((name) => projects.find((project) => project.name === name)!)
  expect(perf!.config.include).toEqual(['**/*.perf.?(c|m)[jt]s?(x)'])
  expect(perf!.config.sequence.groupOrder).toBeGreaterThan(unit!.config.sequence.groupOrder)
  expect(unit!.config.include).toEqual(configDefaults.include)
  expect(unit!.config.runner).toBeUndefined()
  expect(reporterNames(vitest).filter((name) => name === 'reporter.ts')).toHaveLength(1)
})

test('what the user has set stays', async () => {
  const test = {
    include: ['load/*.ts'],
    runner: './mine.ts',
    reporters: ['dot', 'junit'],
    sequence: { groupOrder: 3 },
    retry: 2,
    testTimeout: 7,
    pool: 'threads' as const,
  }
  const { config } = (await resolved({}, { test })).projects[0]!
  expect(config).toMatchObject({ include: ['load/*.ts'], retry: 2, testTimeout: 7, pool: 'threads' })
  expect(config.sequence.groupOrder).toBe(3)
  expect(basename(config.runner!)).toBe('mine.ts')
  expect(reporterNames(vitest)).toEqual(['dot', 'junit', 'reporter.ts'])
})

test('our reporter joins the reporters of the command line', async () => {
  await resolved({}, { test: { reporters: ['dot'] } }, ['verbose'])
  expect(reporterNames(vitest)).toEqual(['verbose', 'reporter.ts'])
})

test('our reporter is not there with reporter: false', async () => {
  const silent = perfgate({ reporter: false })
  await resolved(
    {},
    { plugins: [], test: { reporters: ['dot'], projects: [{ plugins: [silent], test: { name: 'perf' } }] } },
  )
  const named = vitest.config.reporters.filter((reporter) => Array.isArray(reporter))
  expect(named.map(([name]) => name)).toEqual(['dot'])
  // One that keeps metrics out of the others.
  expect(vitest.config.reporters).toHaveLength(2)
})

test('options say where files go and which hold perf tests', async () => {
  const project = (await resolved({ outputsDir: 'out', include: ['**/*.load.ts'] })).projects[1]!
  expect(project.config.include).toEqual(['**/*.load.ts'])
  expect(project.getProvidedContext().perfgate.outputsDir).toMatch(/^\.\/.*test\/vitest\/projects\/files\/out$/)
})
