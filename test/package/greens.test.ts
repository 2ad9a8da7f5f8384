/** What was not measured is never green: the same tests from the tarball in each test framework, as a CI job runs them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { finished, startNode } from '../vitest/childVitest.ts'
import { startEndpoint } from '../vitest/endpoint.ts'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { attempt, type Ended, emptyProject, run, write } from './project.ts'

/** Starts a server of the test's own, which fails nine of ten requests, or every second one, where the model says so. */
const SERVER = `let url
let requests = 0
let server
const start = async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => { body += piece }).on('end', () => {
      requests++
      const { model } = JSON.parse(body || '{}')
      const fails = (model === 'mostly-down' && requests % 10 !== 0) || (model === 'half-down' && requests % 2 !== 0)
      response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(fails ? { error: { message: 'down' } } : {
        choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = 'http://127.0.0.1:' + server.address().port
}
const load = { model: 'm', number: 10, parallel: 1, stream: false, noTestConnection: true, onInvalid: 'warn' }
const KEPT = { 'p99(latency)': '<= 60 s' }
`

/** The words of each framework, in which the files below are written. */
const WORDS = {
  vitest: {
    head: "import { afterAll, beforeAll, expect } from 'vitest'",
    hooks: ['beforeAll', 'afterAll'],
    equal: (a: string, b: string) => `expect(${a}).toEqual(${b})`,
    meets: (of: string) => `expect(result).toMeetThresholds(${of})`,
    throws: (what: string, text: string) => `expect(() => ${what}).toThrow(${text})`,
  },
  jest: {
    head: '',
    hooks: ['beforeAll', 'afterAll'],
    equal: (a: string, b: string) => `expect(${a}).toEqual(${b})`,
    meets: (of: string) => `expect(result).toMeetThresholds(${of})`,
    throws: (what: string, text: string) => `expect(() => ${what}).toThrow(${text})`,
  },
  node: {
    head: "import assert from 'node:assert'\nimport { after, before } from 'node:test'",
    hooks: ['before', 'after'],
    equal: (a: string, b: string) => `assert.deepEqual(${a}, ${b})`,
    meets: (of: string) => `assertThresholds(result, ${of})`,
    throws: (what: string, text: string) => `assert.throws(() => ${what}, ${text})`,
  },
}

/** The beginning of a file: what it imports, and its server where it has one. */
function headOf({ kind, door }: Framework, body: string): string {
  const names = kind === 'node' ? 'perfTest, assertThresholds' : 'perfTest'
  const imports =
    kind === 'jest'
      ? `const { ${names} } = require('${door}')\nconst { createServer } = require('node:http')`
      : `import { ${names} } from '${door}'\nimport { createServer } from 'node:http'`
  const [before, after] = WORDS[kind].hooks
  return `${WORDS[kind].head}\n${imports}\n${SERVER}
${before}(start)
${after}(() => server.close())
${body}`
}

const collectedTooEarly = (framework: Framework): string =>
  headOf(framework, "perfTest('its url is not known yet', { ...load, url, thresholds: KEPT })\n")
const withoutEndpoint = (framework: Framework): string =>
  headOf(framework, "perfTest('names no endpoint', { ...load, thresholds: KEPT })\n")
const comparedWithoutEndpoint = (framework: Framework): string =>
  headOf(
    framework,
    `perfTest.compare('one side', { ...load, baseline: url, candidate: 'http://127.0.0.1:9', regressions: { 'p50(latency)': '5 %' } })\n`,
  )

function measured(framework: Framework): string {
  const { equal, meets, throws } = WORDS[framework.kind]
  // An error of the conditions, or no sample, makes .not no pass either.
  const refused = [
    ['{}', '/got none/'],
    [`{ 'p99(latency)': undefined }`, '/p99\\(latency\\)/'],
    [`{ 'p99(itl)': '<= 1 s' }`, '/itl/'],
  ] as const
  const negated = refused.map(([of, text]) => throws(meets(of).replace('.toMeet', '.not.toMeet'), text))
  return headOf(
    framework,
    `let seen = 0
const since = () => { const n = requests - seen; seen = requests; return n }
perfTest('a function', () => ({ ...load, url, thresholds: KEPT }), ({ result }) => {
  ${equal('[since(), result.endpoint.embedded, result.verdict]', "[10, false, 'pass']")}
})
perfTest('an async function', async () => ({ ...load, url: await Promise.resolve(url), thresholds: KEPT }), () => {
  ${equal('since()', '10')}
})
perfTest.each([2, 4])('row %i', (number) => ({ ...load, url, number, thresholds: KEPT }), ({ result }) => {
  ${equal('since()', 'result.summary.totalRequests')}
})
perfTest('the matcher', () => ({ ...load, url, thresholds: KEPT }), ({ result }) => {
  since()
  ${meets(`{ 'p99(latency)': '<= 60 s' }`)}
  ${throws(meets(`{ 'p99(latency)': '<= 1 us' }`), '/above the limit of 1 us/')}
  ${refused.map(([of, text]) => throws(meets(of), text)).join('\n  ')}
  ${framework.kind === 'node' ? '' : negated.join('\n  ')}
})
perfTest('an undefined url', () => ({ ...load, url: undefined, thresholds: KEPT }))
perfTest('an empty url', () => ({ ...load, url: '', thresholds: KEPT }))
perfTest('no url', () => ({ ...load, thresholds: KEPT }))
perfTest('no thresholds beside the key', () => ({ ...load, url, thresholds: {} }))
perfTest('nine of ten fail', () => ({ ...load, url, model: 'mostly-down', number: 20, thresholds: KEPT }))
perfTest('nine of ten fail, and may', () => ({
  ...load, url, model: 'mostly-down', number: 20, minSuccessRate: '5 %', thresholds: KEPT,
}))
perfTest('all of them fail', () => ({ ...load, url: url + '/nowhere', number: 1, model: 'mostly-down' }))
perfTest('no thresholds at all', () => ({ ...load, url, thresholds: undefined }))
perfTest.for([[3, 'a row']])('%i as a row and the context', ([number], context) => {
  if (typeof context.signal.aborted !== 'boolean') throw new Error('no context')
  return { ...load, url, number, thresholds: KEPT }
}, ({ result }) => {
  ${equal('result.summary.totalRequests', '3')}
})
const sides = { ...load, number: 16, blocks: 8, maxBlocks: 8, regressions: { 'p50(latency)': '10000 %' } }
perfTest.compare('two sides', () => ({ ...sides, baseline: url, candidate: url }), ({ comparison }) => {
  ${equal('[comparison.baseline.totalRequests, comparison.candidate.endpoint.embedded]', '[16, false]')}
})
perfTest.compare.each([['half-down']])('two sides %s', (model) => ({ ...sides, model, baseline: url, candidate: url }))
const search = { ...load, slaUpperBound: 2, slaLowerBound: 1, sleepInterval: 0 }
perfTest.capacity('a search', () => ({ ...search, url, sla: KEPT }), ({ capacity }) => {
  ${equal('capacity.criteria[0].maxSatisfied', '2')}
})
perfTest.capacity('a search that lets half of the requests fail', () => ({
  ...search, url, model: 'half-down', sla: { successRate: '>= 40 %' },
}), ({ capacity }) => {
  ${equal('capacity.criteria[0].maxSatisfied', '2')}
})
`,
  )
}

const SCENARIO = `thresholds:
  p99(latency): <= 60 s
config:
  parallel: 1
  number: 3
  dataset: openqa
  maxTokens: 4
  onInvalid: warn
`

const perfTestsOf = ({ door }: Framework, folder: string): string =>
  `import { perfTests } from '${door}'\nperfTests('${folder}/*.yaml')\n`

/** Each framework's program, without npm between it and the signal. */
const COMMANDS: Record<Framework['kind'], (folder: string, file: string) => string[]> = {
  vitest: (folder, file) => [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', file],
  jest: (folder, file) => [join(folder, 'node_modules/jest/bin/jest.js'), '--config', 'jest.perf.config.cjs', file],
  node: (_, file) => ['--test', file],
}

describe.each(FRAMEWORKS)('$name', (framework) => {
  const { kind } = framework
  const type = kind === 'jest' ? 'commonjs' : 'module'
  const ending = `perf.${kind === 'jest' ? 'cjs' : 'mjs'}`
  const folder = inject('installed')[framework.name]!
  const at = join(folder, 'greens')
  const summary = (): string => readFileSync(join(at, 'reports/summary.md'), 'utf8')
  /** Runs these files alone. */
  async function perf(files: Record<string, string>, env: Record<string, string>): Promise<Ended> {
    for (const name of readdirSync(join(at, 'perf'))) rmSync(join(at, 'perf', name))
    write(at, Object.fromEntries(Object.entries(files).map(([name, text]) => [`perf/${name}.${ending}`, text])))
    return await attempt(at, ['npm', 'run', 'perf'], env)
  }

  beforeAll(async () => {
    mkdirSync(at)
    emptyProject(at, { type })
    await run(at, ['npx', 'perfgate', 'init', '--framework', kind, '--ci', 'none'])
  })

  test('an endpoint that is not known when tests are collected is an error, and says both ways out', async () => {
    const files = {
      early: collectedTooEarly(framework),
      nowhere: withoutEndpoint(framework),
      compared: comparedWithoutEndpoint(framework),
    }
    const { code, stdout, stderr } = await perf(files, { CI: 'true' })
    const output = stdout + stderr
    expect(code, output).toBe(1)
    expect(output).toMatch(/perf test \\?"its url is not known yet\\?": option \\?"url\\?": /)
    expect(output).toMatch(/perf test \\?"names no endpoint\\?": option \\?"url\\?": missing, and in CI/)
    expect(output).toMatch(/perf test \\?"one side\\?": option \\?"baseline\\?": /)
    expect(summary()).toMatch(/^## ❌ perfgate: fail, 0 of 3 tests passed, 3 not loaded\n/)
  })

  test('outside of CI no url key is the embedded server, and says so', async () => {
    const { code, stdout, stderr } = await perf({ nowhere: withoutEndpoint(framework) }, { CI: '' })
    expect(code, stdout + stderr).toBe(0)
    expect(stdout + stderr).toMatch(/Verdict: pass, .*\(embedded server, simulated timing\)/)
    expect(summary()).toMatch(/^## ✅ perfgate: pass, 1 of 1 test passed, against the embedded server\n/)
    expect(summary()).toMatch(/^\| ✅ passed \| .*names no endpoint \(embedded server\)/m)
  })

  test('functions measure the server that a hook started; failures are judged', async () => {
    const { code, stdout, stderr } = await perf({ measured: measured(framework) }, { CI: 'true' })
    const output = stdout + stderr
    expect(code, output).toBe(1)
    const rows = summary()
      .split('\n')
      .flatMap((line) => /^\| (\S+ [^|]+) \| .*&gt; ([^|]+?) \|/.exec(line)?.slice(1, 3).reverse().join(': ') ?? [])
    expect(rows, output).toEqual([
      'a function: ✅ passed',
      'an async function: ✅ passed',
      'row 2: ✅ passed',
      'row 4: ✅ passed',
      'the matcher: ✅ passed',
      'an undefined url: ❌ failed',
      'an empty url: ❌ failed',
      'no url: ❌ failed',
      'no thresholds beside the key: ❌ failed',
      'nine of ten fail: ❌ failed',
      'nine of ten fail, and may: ✅ passed',
      'all of them fail: ❌ failed',
      'no thresholds at all: ❌ failed',
      '3 as a row and the context: ✅ passed',
      'two sides: ✅ passed',
      'two sides half-down: ❌ failed',
      'a search: ✅ passed',
      'a search that lets half of the requests fail: ✅ passed',
    ])
    expect(output).toMatch(/successRate 10(\.0+)? % is below the limit of 99 %/)
    expect(output).toMatch(/candidate: successRate 50 % is below the limit of 99 %/)
    const json = readdirSync(join(at, 'reports')).filter((name) => /all.of.them.fail.*\.json$/.test(name))
    expect(JSON.parse(readFileSync(join(at, 'reports', json.at(-1)!), 'utf8'))).toMatchObject({ verdict: 'fail' })
  })

  test.runIf(kind === 'vitest')('scenario files without an endpoint are an error in CI', async () => {
    write(at, {
      'files/nowhere.yaml': SCENARIO,
      'asked/own.yaml': `${SCENARIO}  embedded: {}\n`,
    })
    const nowhere = await perf({ files: perfTestsOf(framework, 'files') }, { CI: 'true' })
    expect(nowhere.code).toBe(1)
    expect(nowhere.stdout + nowhere.stderr).toMatch(/nowhere\.yaml.*option \\?"url\\?": missing, and in CI/)
    expect(summary()).toMatch(/^## ❌ perfgate: fail, 0 of 1 test passed, 1 not loaded\n/)
    const asked = await perf({ files: perfTestsOf(framework, 'asked') }, { CI: 'true' })
    expect(asked.code, asked.stdout + asked.stderr).toBe(0)
    expect(summary()).toMatch(/^## ✅ perfgate: pass, 1 of 1 test passed, against the embedded server\n/)
  })

  test('seven tests print the tables of the one that fails, and a line for each other', async () => {
    const text = `const small = { embedded: {}, parallel: 1, number: 3, maxTokens: 4, onInvalid: 'warn', outputsDir: 'reports' }
perfTest.each([1, 2, 3, 4, 5, 6])('small %i', () => ({ ...small, thresholds: { successRate: '>= 100 %' } }))
perfTest('slow', { ...small, thresholds: { 'p99(latency)': '<= 1 us' } })\n`
    const printed = async (
      env: Record<string, string>,
    ): Promise<{ tables: number; lines: string[]; files: number }> => {
      rmSync(join(at, 'reports'), { recursive: true, force: true })
      const { code, stdout, stderr } = await perf({ small: headOf(framework, text) }, { CI: '', ...env })
      expect(code, stdout + stderr).toBe(1)
      const all = `${stdout}\n${stderr}`
      return {
        tables: all.split('Benchmarking summary:').length - 1,
        lines: all.split('\n').filter((line) => /^[+x] .*(small \d|slow): /.test(line)),
        files: readdirSync(join(at, 'reports')).filter((name) => /(small|slow).*\.(md|json|db)$/.test(name)).length,
      }
    }
    const usual = await printed({})
    expect(usual).toMatchObject({ tables: 1, files: 21 })
    expect(usual.lines).toHaveLength(6)
    expect(usual.lines[0]).toMatch(
      /small 1: 3 requests at parallel 1, latency p50 [\d.]+ ms p99 [\d.]+ ms, TTFT p50 [\d.]+ ms p99 [\d.]+ ms, [\d.,]+ tokens\/s, pass, 1 of 1 threshold \S+/,
    )
    expect(await printed({ PERFGATE_TABLES: 'all' })).toMatchObject({ tables: 7, lines: [], files: 21 })
    const none = await printed({ PERFGATE_TABLES: 'none' })
    expect(none).toMatchObject({ tables: 0, files: 21 })
    expect(none.lines).toHaveLength(7)
  })

  test('Ctrl-C: the summary names what was interrupted', { timeout: 60_000 }, async () => {
    const endpoint = await startEndpoint({ afterMs: 5 })
    const file = `perf/long.${ending}`
    write(at, {
      [file]: headOf(
        framework,
        `perfTest('long', { url: '${endpoint.url}', model: 'm', number: 100000, parallel: 2, gracefulStop: 5, outputsDir: 'reports' })\n`,
      ),
    })
    const child = startNode(at, COMMANDS[kind](folder, file), {})
    const ended = finished(child)
    await endpoint.request(10)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    // Node's own runner ends with 1 or by the signal.
    if (kind === 'node') expect(code).not.toBe(0)
    else expect(code, stdout + stderr).toBe(130)
    await expect.poll(() => endpoint.inFlight).toBe(0)
    await expect.poll(summary).toMatch(/^## ❌ perfgate: fail, 0 of \d tests? passed, .*\d interrupted/)
    await expect.poll(summary).toMatch(/^\| ⏹️ interrupted \| (?:\\\[perf\\\] )?perf\/long\.perf\.\wjs/mu)
    await endpoint.close()
  })
})

describe('npx perfgate', () => {
  test('scenario files without an endpoint are an error in CI, before anything is measured', async () => {
    const at = join(inject('consumer'), 'scenario-files')
    write(at, { 'scenarios/own.yaml': `${SCENARIO}  embedded: {}\n`, 'scenarios/nowhere.yaml': SCENARIO })
    const perfgate = (files: string, CI: string): Promise<Ended> =>
      attempt(at, ['sh', '-c', `npx perfgate ${files} --outputs-dir out`], { CI })
    const refused = await perfgate('scenarios/*.yaml', 'true')
    expect(refused.code, refused.stdout + refused.stderr).toBe(2)
    expect(refused.stderr).toContain('option "url": missing, and in CI')
    expect(existsSync(join(at, 'out'))).toBe(false)
    expect(await perfgate('scenarios/own.yaml', 'true')).toMatchObject({ code: 0 })
    const outsideOfCi = await perfgate('scenarios/*.yaml', '')
    expect(outsideOfCi, outsideOfCi.stdout + outsideOfCi.stderr).toMatchObject({ code: 0 })
    expect(outsideOfCi.stdout).toContain('Scenarios: 2 of 2 passed')
    // Typed by somebody, it is measured and says what it is.
    const typed = await perfgate('--number 2 --parallel 1 --max-tokens 4 --on-invalid warn', 'true')
    expect(typed, typed.stdout + typed.stderr).toMatchObject({ code: 0 })
    expect(typed.stderr).toMatch(/no url is given, so this run measures the embedded server/)
  })
})
