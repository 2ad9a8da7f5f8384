/** Config and scenario files on the command line: what is run, in which order of precedence, and what is shown of it. */
import { describe, expect, test } from 'vitest'
import { main, type RunBenchmark } from '../../src/cli/index.ts'
import { EndpointError } from '../../src/config/index.ts'
import type { Result } from '../../src/result/index.ts'
import { fakeRun, fakeWorld } from '../cli/fakeWorld.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { placeWith } from './place.ts'

const CONFIG = 'perfgate.config.yaml'

async function perfgate(args: string[], env = {}, run: RunBenchmark | undefined = undefined) {
  const world = fakeWorld({ env, columns: 120 })
  const { run: plain, configs } = fakeRun()
  const code = await main(args, world, run ?? plain)
  return { code, configs, out: world.out(), err: world.err() }
}

describe('precedence', () => {
  const files = {
    [CONFIG]: 'parallel: 2\nnumber: 20\nmaxTokens: 7\nheaders: { a: config, b: config }\nmodel: ${NAME}',
    's.yaml': 'config: { parallel: 3, number: 30, headers: { b: scenario } }',
  }

  test('is flag, scenario, config file, default', async () => {
    placeWith(files)
    const { configs } = await perfgate(['s.yaml', '--parallel', '4'], { NAME: 'm' })
    expect(configs).toEqual([
      { name: 's', parallel: 4, number: 30, maxTokens: 7, headers: { a: 'config', b: 'scenario' }, model: 'm' },
    ])
  })

  test('without a scenario is flag, config file, default', async () => {
    placeWith(files)
    const { configs, err } = await perfgate(['--parallel', '4'], { NAME: 'm' })
    expect(err).toContain(`perfgate: config file: ${CONFIG}\n`)
    expect(configs).toEqual([
      { parallel: 4, number: 20, maxTokens: 7, headers: { a: 'config', b: 'config' }, model: 'm' },
    ])
  })

  test('leaves out the config file with --no-config, and takes another with --config', async () => {
    placeWith({ ...files, 'other.json': '{ "topK": 5 }' })
    expect((await perfgate(['--no-config', '--number', '1'])).configs).toEqual([{ number: 1 }])
    expect((await perfgate(['--config', 'other.json', '--number', '1'])).configs).toEqual([{ number: 1, topK: 5 }])
  })

  test.each([
    [['--config', 'none.yaml'], 'none.yaml: there is no such file'],
    [['--cofnig', 'x'], 'unknown flag --cofnig, did you mean --config?'],
    [['--print-confg'], 'unknown flag --print-confg, did you mean --print-config?'],
  ])('%j is refused', async (args, message) => {
    placeWith({})
    expect(await perfgate(args)).toMatchObject({ code: 2, configs: [], err: `perfgate: ${message}\n` })
  })
})

describe('in CI', () => {
  const files = { 's.yaml': 'config: { number: 2 }', 'own.yaml': 'config: { number: 2, embedded: {} }' }

  test('a scenario file on the embedded server needs `embedded`', async () => {
    placeWith(files)
    const refused = await perfgate(['s.yaml'], { CI: 'true' })
    expect(refused).toMatchObject({ code: 2, configs: [] })
    expect(refused.err).toContain('option "url": missing, and in CI the embedded server is measured only where you ask')
    expect(await perfgate(['own.yaml'], { CI: 'true' })).toMatchObject({ configs: [{ number: 2, embedded: {} }] })
  })

  test('a typed command without an endpoint is not rejected', async () => {
    placeWith({})
    expect(await perfgate(['--number', '2'], { CI: 'true' })).toMatchObject({ code: 0, configs: [{ number: 2 }] })
  })
})

describe('--print-config', () => {
  test('shows each option with its place, and no secret', async () => {
    placeWith({
      [CONFIG]:
        'url: http://127.0.0.1:1/${LOAD_TOKEN}\napiKey: ${LOAD_TOKEN}\nheaders:\n  x-auth: ${LOAD_TOKEN}\n  authorization: Bearer sk-2\nextraArgs:\n  deep: [ "a ${LOAD_TOKEN}" ]\n',
      's.yaml': 'config:\n  parallel: 3\nthresholds:\n  qps: "> 1"\n',
    })
    const { code, configs, out } = await perfgate(['s.yaml', '--print-config', '--number', '5'], {
      LOAD_TOKEN: 'sk-secret',
    })
    expect([code, configs]).toEqual([0, []])
    expect(out).not.toMatch(/sk-secret|sk-2/)
    const lines = out.split('\n').map((line) => line.split(/ {2,}/))
    expect(lines).toEqual(
      expect.arrayContaining([
        ['s', '(s.yaml)'],
        ['url', 'http://127.0.0.1:1/***', `${CONFIG}:1`],
        ['apiKey', '***', `${CONFIG}:2`],
        ['headers.x-auth', '***', `${CONFIG}:4`],
        ['headers.authorization', '***', `${CONFIG}:5`],
        ['extraArgs.deep', '["a ***"]', `${CONFIG}:7`],
        ['parallel', '3', 's.yaml:2'],
        ['thresholds.qps', '> 1', 's.yaml:4'],
        ['number', '5', 'flag --number'],
        ['maxTokens', '2048', 'default'],
      ]),
    )
  })

  test('is JSON with --json, one object for each scenario', async () => {
    placeWith({ 'm.yaml': 'each: { parallel: [1, 2] }' })
    const printed = JSON.parse((await perfgate(['m.yaml', '--print-config', '--json'])).out) as {
      name: string
      options: unknown[]
    }[]
    expect(printed.map(({ name }) => name)).toEqual(['m (parallel 1)', 'm (parallel 2)'])
    expect(printed[1]!.options).toContainEqual({ option: 'parallel', value: 2, from: 'm.yaml:1' })
    const alone = JSON.parse((await perfgate(['--print-config', '--json', '--parallel', '4'])).out) as unknown[]
    expect(alone).toContainEqual({ option: 'parallel', value: 4, from: 'flag --parallel' })
  })
})

describe('a mistake is found before the first request', () => {
  test('also in the last of several scenarios', async () => {
    placeWith({ 'a.yaml': '{}', 'b.yaml': 'thresholds:\n  p99(latncy): < 1 s' })
    expect(await perfgate(['a.yaml', 'b.yaml'])).toMatchObject({
      code: 2,
      configs: [],
      err: expect.stringContaining('perfgate: b.yaml:2: threshold "p99(latncy) < 1 s": unknown metric "latncy"'),
    })
  })

  test('of the config file without a scenario, with its line', async () => {
    placeWith({ [CONFIG]: 'parallel: 1\nopenLoop: true' })
    const { runPerfBenchmark } = await import('../../src/run/index.ts')
    const { code, err } = await perfgate([], {}, runPerfBenchmark)
    expect([code, err]).toEqual([2, expect.stringContaining(`perfgate: ${CONFIG}:2: option "openLoop": needs a rate`)])
  })
})

describe('several scenarios', () => {
  const files = {
    'scenarios/a.yaml': 'name: first',
    'scenarios/b.yaml': 'name: second',
    'scenarios/c.yaml': 'name: third',
  }
  const failing: Result = { ...PUBLISHED, verdict: 'fail' }
  /** By the name of the scenario. */
  const runWith =
    (outcomes: Record<string, Result | Error>): RunBenchmark =>
    async (config) => {
      const outcome = outcomes[String(config.name)] ?? PUBLISHED
      if (outcome instanceof Error) throw outcome
      return { results: [outcome], verdict: outcome.verdict }
    }

  test('run one after another, with one summary and the worst exit code', async () => {
    placeWith(files)
    const { code, out, err } = await perfgate(
      ['scenarios'],
      {},
      runWith({ first: failing, second: new EndpointError('no answer from http://x') }),
    )
    expect(code).toBe(3)
    expect(out.match(/^Scenario .*/gm)).toEqual([
      'Scenario 1 of 3: first  (scenarios/a.yaml)',
      'Scenario 2 of 3: second  (scenarios/b.yaml)',
      'Scenario 3 of 3: third  (scenarios/c.yaml)',
    ])
    expect(out).toMatch(
      /\nScenarios: 0 of 3 passed, 1 without thresholds\n {2}fail {3}first {2}\(scenarios\/a.yaml\)\n {2}error {2}second {2}\(scenarios\/b.yaml\): no answer from http:\/\/x\n {2}none {3}third {2}\(scenarios\/c.yaml\)\n$/,
    )
    expect(err).toContain('perfgate: no answer from http://x')
  })

  test('are one array with --json, and nothing else is on stdout', async () => {
    placeWith(files)
    const { code, out, err } = await perfgate(['scenarios/[ab].yaml', '--json'], {}, runWith({ second: failing }))
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject([
      { name: 'first', file: 'scenarios/a.yaml', exitCode: 0, verdict: 'none', results: [{ verdict: 'none' }] },
      { name: 'second', file: 'scenarios/b.yaml', exitCode: 1, verdict: 'fail', results: [{ verdict: 'fail' }] },
    ])
    expect(err).toContain('Scenarios: 0 of 2 passed, 1 without thresholds')
  })

  test('end with an interrupt; the rest is not run', async () => {
    placeWith(files)
    const world = fakeWorld()
    const run: RunBenchmark = async (config) => {
      if (config.name === 'second') world.signals.emit('SIGINT')
      return { results: [PUBLISHED], verdict: 'pass' }
    }
    expect(await main(['scenarios/*.yaml'], world, run)).toBe(130)
    expect(world.out()).toMatch(/pass {9}first.*\n {2}interrupted {2}second.*\n {2}not run {6}third/)
  })

  test('words that are neither files nor flags are refused as ever', async () => {
    placeWith({})
    expect((await perfgate(['scenarois'])).err).toContain('unknown command "scenarois"; known: serve, ')
    expect((await perfgate(['scenarios/a.yml'])).err).toBe('perfgate: scenarios/a.yml: there is no such file\n')
    expect((await perfgate(['http://h:1'])).err).toContain('did you mean --url http://h:1?')
  })
})

test('perfgate schema --for is the schema of the option by that name', async () => {
  const of = async (...args: string[]): Promise<unknown> => JSON.parse((await perfgate(['schema', ...args])).out)
  expect(await of('--for', 'scenario')).toEqual(await of('scenario'))
  expect(await of('--for', 'config')).toMatchObject({ title: 'perfgate config' })
})
