/** From an empty project to a failing and then a passing gate, with the tarball alone, in each test framework. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { type Endpoint, startEndpoint } from '../vitest/endpoint.ts'
import { readJUnit } from '../vitest/junit.ts'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { attempt, type Ended, emptyProject, ROOT, run, write } from './project.ts'

const MODULES = ['commonjs', 'module'] as const

/** What an editor has to know: scenarios, figures, the matcher. */
const typed = (door: string): string => `import { perfTest, type Scenario } from '${door}'
import { expect } from 'vitest'

const chat: Scenario = { parallel: 2, thresholds: { 'p95(ttft)': '<= 200 ms' } }
perfTest('types', chat, ({ result }) => {
  expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })
  // @ts-expect-error: a metric that is not there
  expect(result).toMeetThresholds({ 'p99(itll)': '< 60 ms' })
})
perfTest.each([1, 4])('at %i', (parallel) => ({ ...chat, parallel }))
perfTest('late', async ({ task }) => ({ ...chat, name: task.name }))
perfTest.for([1, 4])('row and context', (parallel, { task }) => ({ ...chat, parallel, name: task.name }))
const extended = perfTest.extend<{ port: number }>({ port: 8000 })
extended('fixtures', ({ port }) => ({ ...chat, url: 'http://127.0.0.1:' + port }), ({ port, result }) => {
  expect([port, result.verdict]).toEqual([8000, 'pass'])
})
// @ts-expect-error: an option that is not there
perfTest('mistaken', { paralel: 2 })
`

/** A test of each state, in the words of its framework. */
function states({ kind, door }: Framework): string {
  const [own, words] = {
    vitest: ["import { beforeAll, beforeEach, describe, expect, test } from 'vitest'", ['fails', 'beforeAll']],
    jest: ['', ['failing', 'beforeAll']],
    node: [
      "import assert from 'node:assert'\nimport { before, describe, test } from 'node:test'",
      ['failing', 'before'],
    ],
  }[kind] as [string, [string, string]]
  const [fails, beforeAllTests] = words
  const importing = kind === 'jest' ? `const { perfTest } = require('${door}')` : `import { perfTest } from '${door}'`
  return `${own}
${importing}

const chat = { embedded: {}, parallel: 1, number: 3, dataset: 'openqa', maxTokens: 4, onInvalid: 'warn', outputsDir: 'reports' }
const kept = { successRate: '>= 100 %' }
const broken = { 'p99(latency)': '<= 1 us' }
${kind === 'node' ? '' : 'beforeEach(() => expect.hasAssertions())'}

perfTest('met', { ...chat, thresholds: kept })
perfTest('not met', { ...chat, thresholds: broken })
perfTest('own assertion', { ...chat, thresholds: kept }, () => ${kind === 'node' ? 'assert.equal(1, 2)' : 'expect(1).toBe(2)'})
perfTest('down', { ...chat, embedded: undefined, url: 'http://127.0.0.1:9/v1', model: 'm', thresholds: kept })
perfTest.${fails}('expected to fail', { ...chat, thresholds: broken })
perfTest.skip('skipped | \`x\` @someone <b>', chat)
perfTest.todo('later')
perfTest('not judged', chat)
describe('group', () => {
  ${beforeAllTests}(() => {
    throw new Error('no database')
  })
  perfTest('in the group', { ...chat, thresholds: kept })
})
test('plain', () => {${kind === 'node' ? '' : ' expect(1).toBe(1) '}})
`
}

describe.each(FRAMEWORKS)('an empty project with only the tarball and $name', (framework) => {
  const { kind } = framework
  const folder = inject('installed')[framework.name]!
  const projectOf = (type: (typeof MODULES)[number]): string => join(folder, type)
  const perf = (at: string, env: Record<string, string> = {}, ...words: string[]): Promise<Ended> =>
    attempt(at, ['npm', 'run', 'perf', ...(words.length === 0 ? [] : ['--', ...words])], { CI: '', ...env })
  const summaryOf = (at: string): string => readFileSync(join(at, 'reports/summary.md'), 'utf8')
  const firstTest = (at: string): string =>
    `perf/${readdirSync(join(at, 'perf')).find((one) => one.startsWith('chat'))}`

  // Both kinds of packages below one installation.
  beforeAll(async () => {
    for (const type of MODULES) {
      const at = projectOf(type)
      mkdirSync(at)
      emptyProject(at, { type })
      await run(at, ['npx', 'perfgate', 'init', '--framework', kind, '--ci', 'github'])
      // Other tests run on this machine: a load that they disturbed is judged all the same.
      const path = join(at, firstTest(at))
      write(at, {
        [firstTest(at)]: readFileSync(path, 'utf8').replace('number: 20,', "number: 20, onInvalid: 'warn',"),
      })
      expect(readFileSync(path, 'utf8')).toContain('onInvalid')
    }
  })

  test.each(MODULES)('%s: what init wrote goes to a failing and then a passing gate', async (type) => {
    const at = projectOf(type)
    const junit = join(at, 'junit.xml')
    const reporters = kind === 'vitest' ? ['--reporter=default', '--reporter=junit', `--outputFile.junit=${junit}`] : []
    const path = firstTest(at)
    const written = readFileSync(join(at, path), 'utf8')
    const strict = written.replace(/'p95\(ttft\)': '[^']+'/, "'p95(ttft)': '<= 1 us'")
    expect(strict).not.toBe(written)
    write(at, { [path]: strict })
    const failing = await perf(at, {}, ...reporters)
    expect(failing.code, failing.stdout + failing.stderr).toBe(1)
    expect(failing.stdout + failing.stderr).toMatch(/p95\(ttft\) \S+ ms is above the limit of 1 us \(n = 20\)/)
    expect(summaryOf(at)).toMatch(
      /^## ❌ perfgate: fail, 0 of 1 test passed, 1 failed, against the embedded server\n[\s\S]*- ❌ (?:\\\[perf\\\] )?perf\/chat\.perf\.\w+ &gt; chat answers in time: ThresholdError: p95\(ttft\)/,
    )
    if (kind === 'vitest') {
      const [broken, ...others] = readJUnit(junit)
      expect(others).toEqual([])
      expect(broken!.failure).toMatchObject({ type: 'ThresholdError' })
    }

    write(at, { [path]: written })
    const passing = await perf(at, {}, ...reporters)
    expect(passing, passing.stdout + passing.stderr).toMatchObject({ code: 0 })
    expect(passing.stdout + passing.stderr).toContain('Benchmarking summary:')
    expect(passing.stdout + passing.stderr).toContain('Percentile results:')
    expect(summaryOf(at)).toMatch(/^## ✅ perfgate: pass, 1 of 1 test passed, against the embedded server\n/)
    if (kind === 'vitest') {
      const [kept] = readJUnit(junit)
      expect(kept!.failure).toBeUndefined()
      expect(kept!.properties).toMatchObject({
        'perf.verdict': 'pass',
        'perf.endpoint': 'embedded server',
        'perf.succeeded_requests': '20',
        'perf.p95_ttft_seconds': expect.stringMatching(/^0\.\d+$/),
      })
    }
  })

  test('the summary has every test with its state, and a threshold counts as an assertion', async () => {
    const at = projectOf('commonjs')
    const name = `perf/states.perf.${kind === 'jest' ? 'cjs' : 'mjs'}`
    const gone = `perf/gone.perf.${kind === 'jest' ? 'cjs' : 'mjs'}`
    write(at, {
      [name]: states(framework),
      [gone]: kind === 'jest' ? "require('./nowhere')" : "import './nowhere.mjs'\n",
    })
    const { code, stdout, stderr } = await perf(at, { GITHUB_STEP_SUMMARY: join(at, 'job.md') })
    expect(code, stdout + stderr).toBe(1)
    const text = summaryOf(at)
    expect(text).toMatch(/^## ❌ perfgate: fail, \d+ of \d+ tests passed, .*1 not loaded.*\d skipped, 1 todo/)
    const stateOf = (title: string): string | undefined =>
      text
        .split('\n')
        .find((line) => line.startsWith('| ') && line.includes(`${title} `))
        ?.split(' | ')[0]
        ?.slice(2)
    const isCounted = kind !== 'node'
    expect(
      Object.fromEntries(
        [
          '&gt; met',
          'not met',
          'own assertion',
          'down',
          'expected to fail',
          'later',
          'not judged',
          'gone.perf.\\w+',
        ].map((title) => [title, stateOf(title.replace('\\w+', gone.split('.').at(-1)!))]),
      ),
    ).toEqual({
      '&gt; met': '✅ passed',
      'not met': '❌ failed',
      'own assertion': '❌ failed',
      down: '❌ failed',
      'expected to fail': '✅ failed as expected',
      later: '📝 todo',
      'not judged': isCounted ? '❌ failed' : '➖ passed, no gates',
      'gone.perf.\\w+': '❌ not loaded',
    })
    expect(text).toContain(
      `| ⏭️ skipped | ${kind === 'vitest' ? '\\[perf\\] ' : ''}${name} &gt; skipped \\| \\\`x\\\` @&#8203;someone &lt;b&gt; |`,
    )
    expect(text).toMatch(/^- (❌|⏹️) (?:\\\[perf\\\] )?perf\/states\.perf\.\w+ &gt; group.*: Error: no database/mu)
    expect(text).toMatch(/^- ❌ (?:\\\[perf\\\] )?perf\/states\.perf\.\w+ &gt; down: EndpointError: /m)
    expect(readFileSync(join(at, 'job.md'), 'utf8')).toBe(`${text}\n`)

    // Nothing is measured: the summary of the run before does not stay.
    write(at, { [name]: kind === 'jest' ? "require('./nowhere')" : "import './nowhere.mjs'\n" })
    const before = { [firstTest(at)]: readFileSync(join(at, firstTest(at)), 'utf8') }
    write(at, { [firstTest(at)]: readFileSync(join(at, gone), 'utf8') })
    expect((await perf(at)).code).toBe(1)
    expect(summaryOf(at)).toMatch(/^## ❌ perfgate: fail, 0 of 3 tests passed, 3 not loaded\n/)
    write(at, before)
  })

  test('its CI job allows the host of the endpoint, and is red without one', async () => {
    const at = projectOf('module')
    const { jobs } = parseYaml(readFileSync(join(at, '.github/workflows/perf.yml'), 'utf8'))
    const steps: { name?: string; run?: string; env?: Record<string, string> }[] = jobs.perf.steps
    const check = steps.find((step) => step.name === 'check LLM_URL')!
    const bash = (env: Record<string, string>): ReturnType<typeof spawnSync> =>
      spawnSync('bash', ['-e', '-c', check.run!], { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' })
    expect(bash({ LLM_URL: '' })).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^::error::LLM_URL is not set, so there is no endpoint to measure\. Set it under /),
    })
    expect(bash({ LLM_URL: 'http://llm.example' }).status).toBe(0)

    const remote = await startRemote()
    const values = {
      vars: { LLM_URL: 'http://llm.example:8000/v1', LLM_MODEL: 'm' },
      secrets: {} as Record<string, string>,
    }
    const own = steps.find((step) => step.run?.includes('run perf'))!
    const env = Object.fromEntries(
      Object.entries(own.env!).map(([key, value]) => {
        const [, of, variable] = /^\$\{\{ (vars|secrets)\.(\w+) \}\}$/.exec(value)!
        return [key, (values[of as 'vars' | 'secrets'] as Record<string, string>)[variable!] ?? '']
      }),
    )
    const { code, stdout, stderr } = await perf(at, { CI: 'true', ...env, ...remote.environment })
    expect(code, stdout + stderr).toBe(0)
    expect(remote.endpoint.requests).toBeGreaterThanOrEqual(20)
    expect(summaryOf(at)).toMatch(/^## ✅ perfgate: pass, 1 of 1 test passed\n/)
    await remote.close()
  })

  test('its GitLab job does the same', async () => {
    const at = projectOf('module')
    await run(at, ['npx', 'perfgate', 'init', '--framework', kind, '--ci', 'gitlab'])
    const { perf: job } = parseYaml(readFileSync(join(at, '.gitlab-ci.yml'), 'utf8'))
    expect(job.variables).toEqual({ PERFGATE_ALLOWED_HOSTS: '$LLM_URL' })
    // What it installs is there.
    const [install, ...lines] = (job.script as string[]).toSpliced(0, 1)
    expect(install).toBe('npm ci')
    const script = [job.script[0], ...lines].join('\n')
    const bash = (env: Record<string, string>): Promise<Ended> =>
      attempt(at, ['bash', '-e', '-c', script], { CI: 'true', ...env })
    const unset = {
      code: 1,
      stdout: 'LLM_URL is not set, so there is no endpoint to measure. Set it under Settings > CI/CD > Variables.\n',
    }
    expect(await bash({ LLM_URL: '' })).toMatchObject(unset)
    expect(await bash({})).toMatchObject(unset)
    const remote = await startRemote()
    const LLM_URL = 'http://llm.example:8000/v1'
    const notAllowed = await bash({ LLM_URL, LLM_MODEL: 'm', ...remote.environment })
    expect(notAllowed.code).toBe(1)
    expect(notAllowed.stdout + notAllowed.stderr).toMatch(/llm\.example[\s\S]*PERFGATE_ALLOWED_HOSTS/)
    expect(remote.endpoint.requests).toBe(0)
    const variables = { LLM_URL, LLM_MODEL: 'm', PERFGATE_ALLOWED_HOSTS: LLM_URL }
    const { code, stdout, stderr } = await bash({ ...variables, ...remote.environment })
    expect(code, stdout + stderr).toBe(0)
    expect(remote.endpoint.requests).toBeGreaterThanOrEqual(20)
    await remote.close()
  })

  test.runIf(kind === 'vitest')('JSON and JUnit on stdout stay whole, with the tables on stderr', async () => {
    const at = projectOf('module')
    // Vitest 5 writes to stdout where it is told to.
    const reporter = (name: string): string =>
      framework.name === 'Vitest 5' ? `['${name}', { stdout: true }]` : `'${name}'`
    write(at, {
      'clean/a.perf.mjs': `import { perfTest } from 'perfgate/vitest'
perfTest('measured', { embedded: {}, parallel: 1, number: 3, maxTokens: 4, onInvalid: 'warn' })\n`,
      ...Object.fromEntries(
        ['json', 'junit'].map((name) => [
          `${name}.config.mjs`,
          `import { perfgate } from 'perfgate/vitest/config'
export default { plugins: [perfgate({ outputsDir: 'reports' })], test: { reporters: [${reporter(name)}] } }\n`,
        ]),
      ),
    })
    const of = (name: string): Promise<Ended> =>
      run(at, ['npx', 'vitest', 'run', 'clean/', '--config', `${name}.config.mjs`])
    const json = await of('json')
    expect(JSON.parse(json.stdout)).toMatchObject({ numPassedTests: 1 })
    expect(json.stderr).toContain('Benchmarking summary:')
    const junit = await of('junit')
    expect(XMLValidator.validate(junit.stdout)).toBe(true)
    expect(junit.stdout).toContain('<property name="perf.total_requests"')
    // Into a file, the tables are on stdout.
    const file = await run(at, ['npx', 'vitest', 'run', 'clean/', '--reporter=json', '--outputFile=reports/all.json'])
    expect(file.stdout).toContain('Benchmarking summary:')
  })

  test.runIf(kind === 'vitest')('requireAssertions is met by thresholds alone', async () => {
    const at = projectOf('module')
    write(at, {
      'strict.config.mjs': `import { perfgate } from 'perfgate/vitest/config'
export default { plugins: [perfgate({ outputsDir: 'reports' })], test: { expect: { requireAssertions: true } } }\n`,
      'strict/a.perf.mjs': `import { perfTest } from 'perfgate/vitest'
const chat = { embedded: {}, parallel: 1, number: 3, maxTokens: 4, onInvalid: 'warn' }
perfTest('judged', { ...chat, thresholds: { successRate: '>= 100 %' } })
perfTest('judged, and own', { ...chat, thresholds: { successRate: '>= 100 %' } }, ({ expect }) => {
  expect.assertions(1)
  expect(1).toBe(1)
})
perfTest('not judged', chat)\n`,
    })
    const { stdout, stderr } = await attempt(at, ['npx', 'vitest', 'run', 'strict/', '--config', 'strict.config.mjs'])
    expect(stdout, stderr).toMatch(/Tests\s+1 failed \| 2 passed \(3\)/)
    expect(stderr).toMatch(/FAIL .*> not judged\n.*expected any number of assertion, but got none/)
  })

  test.runIf(kind === 'node')(
    'runs with --test-isolation=none, and without the reporter has its summary too',
    async () => {
      const at = projectOf('module')
      const path = firstTest(at)
      const isolated = await attempt(at, ['node', '--test', '--test-isolation=none', '--test-reporter=tap', path])
      expect(isolated.code, isolated.stdout).toBe(0)
      expect(isolated.stdout).toMatch(/^# pass 1$/m)
      expect(summaryOf(at)).toMatch(/^## ✅ perfgate: pass, 1 of 1 test passed, against the embedded server\n/)
      write(at, { 'perf/states.perf.mjs': states(framework) })
      // Two files, two processes, one summary.
      const both = await attempt(at, ['node', '--test', '--test-reporter=dot', 'perf/*.perf.*'])
      expect(both.code).toBe(1)
      const text = summaryOf(at)
      expect(text).toMatch(/^## ❌ perfgate: fail, /)
      expect(text).toMatch(/^\| ✅ passed \| perf\/chat\.perf\.js &gt; chat answers in time/m)
      expect(text).toMatch(/^\| ❌ failed \| perf\/states\.perf\.mjs &gt; own assertion/m)
      expect(text).toMatch(/^\| ⏹️ interrupted \| perf\/states\.perf\.mjs &gt; in the group/mu)
    },
  )

  test.runIf(kind === 'node')(
    'a perf test is where the user calls it, row or not, in every kind of module',
    async () => {
      const at = projectOf('module')
      const text = (head: string): string => `${head}
const load = { embedded: {}, parallel: 1, number: 2, maxTokens: 2, onInvalid: 'warn', thresholds: { 'p99(latency)': '<= 1 us' } }
  perfTest('one', load)
describe('group', () => {
  perfTest.only.each([1, 2])('row %i', () => load)
})\n`
      write(at, {
        'places/a.perf.mjs': text(
          `import { describe } from 'node:test'\nimport { perfTest } from 'perfgate/node-test'`,
        ),
        'places/b.perf.cjs': text(
          `const { describe } = require('node:test')\nconst { perfTest } = require('perfgate/node-test')`,
        ),
      })
      for (const file of ['places/a.perf.mjs', 'places/b.perf.cjs']) {
        const { stdout } = await attempt(at, ['node', '--test', '--test-reporter=tap', file])
        const places = [...stdout.matchAll(/not ok \d - (one|row \d)[\s\S]*?location: '(.*?)'/g)]
        expect(places.map(([, name, place]) => `${name} ${place}`)).toEqual([
          `one ${join(at, file)}:4:3`,
          `row 1 ${join(at, file)}:6:29`,
          `row 2 ${join(at, file)}:6:29`,
        ])
      }
      const { stdout } = await attempt(at, ['node', '--test', '--test-reporter=junit', 'places/a.perf.mjs'])
      const files = [...stdout.matchAll(/<testcase name="(?:one|row \d)".*? file="(.*?)"/g)].map(([, file]) => file)
      expect(files).toEqual(Array(3).fill(join(at, 'places/a.perf.mjs')))
    },
  )

  test.runIf(kind === 'vitest')(
    'takes scenarios from functions, with hooks, fixtures, rows and the context',
    async () => {
      const at = projectOf('module')
      const functions = new URL('../vitest/projects/functions/functions.perf.ts', import.meta.url)
      write(at, { 'perf/functions.perf.ts': readFileSync(functions, 'utf8') })
      const { code, stdout, stderr } = await attempt(at, ['npx', 'vitest', 'run', 'functions.perf'], { CI: '' })
      rmSync(join(at, 'perf/functions.perf.ts'))
      expect(code, stdout + stderr).toBe(0)
      expect(stdout).toMatch(/Tests\s+11 passed \(11\)/)
    },
  )

  test.runIf(kind === 'vitest')('has its types', async () => {
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2024', '--module', 'nodenext']
    write(folder, { 'typed.mts': typed(framework.door) })
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node']
    const { stdout } = await attempt(folder, ['tsc', ...options, ...types, 'typed.mts'])
    expect(stdout).toBe('')
  })

  test('the frameworks that were not asked for are not there', () => {
    for (const name of ['vitest', 'jest'])
      expect(existsSync(join(folder, 'node_modules', name)), name).toBe(name === kind)
  })
})

/** An endpoint of another host, as far as its clients can tell: they reach it through a proxy. */
async function startRemote(): Promise<{
  endpoint: Endpoint
  environment: Record<string, string>
  close(): Promise<void>
}> {
  const endpoint = await startEndpoint({ afterMs: 5 })
  const { port } = new URL(endpoint.url)
  const sockets = new Set<Socket>()
  // Whatever is asked for, tunnelled or not, is the endpoint.
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', (first) => {
      const upstream = connect(Number(port), '127.0.0.1')
      upstream.on('error', () => socket.destroy())
      if (first.toString('latin1').startsWith('CONNECT ')) socket.write('HTTP/1.1 200 OK\r\n\r\n')
      else upstream.write(first)
      socket.pipe(upstream).pipe(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const proxy = `http://127.0.0.1:${address.port}`
  return {
    endpoint,
    environment: { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await endpoint.close()
    },
  }
}
