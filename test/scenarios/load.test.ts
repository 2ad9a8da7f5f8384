/** Scenario files: what they hold, extend and multiply to, and how their mistakes are named. */
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { loadConfigLayer } from '../../src/config/files/index.ts'
import { ConfigError } from '../../src/config/index.ts'
import { collectScenarios, loadScenarios, readyScenario } from '../../src/scenarios/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { messageOf, placeWith } from './place.ts'

const load = (patterns: string | string[], env = {}) => loadScenarios(patterns, { env })
const namesOf = (patterns: string | string[]): string[] => load(patterns).map(({ name }) => name)
const configsOf = (patterns: string | string[]) => load(patterns).map(({ config }) => config)

describe('a scenario file', () => {
  test('is a name, options and thresholds', () => {
    placeWith({
      'chat.yaml': 'name: chat answers\nconfig:\n  parallel: 8\n  max_tokens: 9\nthresholds:\n  p99(latency): <= 1 s\n',
    })
    const [scenario] = load('chat.yaml')
    expect(scenario).toMatchObject({
      name: 'chat answers',
      file: 'chat.yaml',
      kind: 'run',
      config: { name: 'chat answers', parallel: 8, maxTokens: 9, thresholds: { 'p99(latency)': '<= 1 s' } },
    })
  })

  test('has the name of its file where it has none', () => {
    placeWith({ 'long-chat.yaml': 'config: {}', 'b.scenario.mjs': 'export default {}', 'c.json': '{}' })
    expect(namesOf(['long-chat.yaml', 'b.scenario.mjs', 'c.json'])).toEqual(['long-chat', 'b', 'c'])
  })

  test('may hold several scenarios, as documents or as a list', () => {
    placeWith({
      'two.yaml': 'name: one\n---\nconfig: { parallel: 2 }\n',
      'list.mjs': 'export default [{ name: "x" }, { name: "y" }]',
    })
    expect(namesOf(['two.yaml', 'list.mjs'])).toEqual(['one', 'two 2', 'x', 'y'])
  })

  test('is a search with slaAutoTune, and a comparison with compare', () => {
    placeWith({
      'search.yaml': 'config: { slaAutoTune: true }',
      'compare.yaml':
        'config: { number: 40 }\ncompare:\n  baseline: http://127.0.0.1:1\n  candidate: { url: "${C}" }\n  blocks: ${B}\n  regressions: { qps: 3 % }',
    })
    const [compare, search] = load(['compare.yaml', 'search.yaml'], { C: 'http://127.0.0.1:2', B: '10' })
    expect(search!.kind).toBe('capacity')
    expect(compare).toMatchObject({
      kind: 'comparison',
      comparison: {
        name: 'compare',
        number: 40,
        baseline: 'http://127.0.0.1:1',
        candidate: { url: 'http://127.0.0.1:2' },
        blocks: 10,
        regressions: { qps: '3 %' },
      },
    })
  })
})

const DEEP = `${'['.repeat(5000)}${']'.repeat(5000)}`

describe('a file that cannot be read on is a sentence, not a stack', () => {
  test.each([
    [
      'one that contains itself',
      'a.yaml',
      'config:\n  extraArgs: &a\n    b: { c: *a }\n',
      /^a\.yaml:3: "config.extraArgs.b.c": contains itself/,
    ],
    [
      'one that is all aliases',
      'a.yaml',
      `x0: &x0 [1]\n${Array.from({ length: 20 }, (_, i) => `x${i + 1}: &x${i + 1} [${`*x${i},`.repeat(9)}]\n`).join('')}`,
      /^a\.yaml: its aliases stand for too many values/,
    ],
    [
      'one with a key of JavaScript’s',
      'a.yaml',
      'config:\n  headers:\n    __proto__: { a: 1 }\n',
      /^a\.yaml:3: "config.headers.__proto__": "__proto__" cannot be a name/,
    ],
    [
      'the same as JSON',
      'a.json',
      '{\n"config": { "extraArgs": { "__proto__": { "a": 1 } } } }',
      /^a\.json:2: "config.extraArgs.__proto__": "__proto__" cannot be a name/,
    ],
    ['one that is very deep', 'a.yaml', `config: ${DEEP}`, /^a\.yaml(:1)?: .*nested/],
    ['the same as JSON', 'a.json', `{"config": ${DEEP}}`, /^a\.json(:1)?: .*nested/],
    [
      'a module that contains itself',
      'a.scenario.mjs',
      'const config = { extraArgs: {} }; config.extraArgs.x = config; export default { config }',
      /^a\.scenario\.mjs: "config.extraArgs.x": contains itself/,
    ],
  ])('%s', (_, name, text, message) => {
    placeWith({ [name]: text })
    let thrown: unknown
    try {
      load(name)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ConfigError)
    expect((thrown as Error).message).toMatch(message)
  })

  test('and so is an option in code, or of the command line', async () => {
    const extraArgs: Record<string, unknown> = { apiKey: 'sk-0123456789abcdef' }
    extraArgs['self'] = extraArgs
    const { runPerfBenchmark } = await import('../../src/index.ts')
    await expect(runPerfBenchmark({ embedded: {}, extraArgs })).rejects.toThrow(
      'option "extraArgs.self": contains itself',
    )
    for (const words of [
      ['--extra-args', '{"a":{"__proto__":{"b":1}}}'],
      ['--headers', '__proto__=x'],
    ]) {
      const world = fakeWorld()
      expect(await main([...words, '--no-config', '--print-config'], world)).toBe(2)
      expect(world.err()).toMatch(/__proto__": "__proto__" cannot be a name/)
    }
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })
})

describe('patterns', () => {
  const files = {
    'scenarios/b.yaml': '{}',
    'scenarios/a.yml': '{}',
    'scenarios/deep/c.json': '{}',
    'scenarios/d.scenario.mjs': 'export default {}',
    'scenarios/other.mjs': 'throw new Error("not a scenario")',
    'scenarios/_base.yaml': '{}',
    'scenarios/node_modules/e.yaml': '{}',
    'scenarios/notes.txt': 'text',
  }
  test.each([
    ['scenarios', ['a', 'b', 'c', 'd']],
    ['scenarios/*.{yaml,yml}', ['a', 'b']],
    ['scenarios/**/*.json', ['c']],
    ['scenarios/_base.yaml', ['_base']],
  ])('%s', (pattern, names) => {
    placeWith(files)
    expect(namesOf(pattern).toSorted()).toEqual(names)
  })

  test('that overlap give each file once, in their order', () => {
    placeWith(files)
    expect(namesOf(['scenarios/b.yaml', 'scenarios/*.y*ml'])).toEqual(['b', 'a'])
  })

  test.each([
    ['scenarios/bb.yaml', 'scenarios/bb.yaml: there is no such file, did you mean "b.yaml"?'],
    ['none/*.yaml', 'none/*.yaml: no file fits this pattern'],
    ['scenarios/node_modules/*.txt', 'no file fits this pattern'],
  ])('that mean no file are an error: %s', (pattern, message) => {
    placeWith(files)
    expect(messageOf(() => load(pattern))).toContain(message)
  })
})

describe('extends', () => {
  test('lies under, from the farthest on, headers and thresholds joined and all else replaced', () => {
    placeWith({
      'base/far.yaml':
        'config: { parallel: 1, number: 10, headers: { a: 1, b: 1 }, datasetPath: x.txt, datasetArgs: { p: 1 } }',
      'base/near.yaml':
        'extends: far.yaml\nconfig: { number: 20, datasetArgs: { q: 2 } }\nthresholds: { qps: "> 1" }\neach: [{ stream: true }]',
      'other.yaml': 'config: { temperature: 1 }',
      'own.yaml':
        'extends: [base/near.yaml, other.yaml]\nname: own\nconfig: { headers: { b: 2 } }\nthresholds: { successRate: "> 0.9" }',
    })
    expect(configsOf('own.yaml')).toEqual([
      {
        name: 'own (stream true)',
        parallel: 1,
        number: 20,
        temperature: 1,
        stream: true,
        headers: { a: 1, b: 2 },
        datasetPath: './base/x.txt',
        datasetArgs: { q: 2 },
        thresholds: { qps: '> 1', successRate: '> 0.9' },
      },
    ])
  })

  test.each([
    [
      { 'a.yaml': 'extends: b.yaml', 'b.yaml': 'extends: a.yaml' },
      '"extends": goes round in a circle: a.yaml -> b.yaml -> a.yaml',
    ],
    [{ 'a.yaml': 'extends: c.yaml' }, 'a.yaml: "extends": c.yaml: there is no such file'],
    [
      { 'a.yaml': 'extends: b.yaml', 'b.yaml': '{}\n---\n{}' },
      'a.yaml: "extends": b.yaml holds 2 scenarios; one can be extended',
    ],
    [
      { 'a.yaml': 'extends: b.yaml', 'b.yaml': '\nconfig:\n  paralel: 1' },
      'ConfigError: b.yaml:3: option "paralel": unknown',
    ],
  ])('%j', (files, message) => {
    placeWith(files as unknown as Record<string, string>)
    expect(messageOf(() => load('a.yaml'))).toContain(message)
  })
})

describe('each', () => {
  test('multiplies lists, the last one fastest', () => {
    placeWith({ 'm.yaml': 'each:\n  parallel: [1, 4]\n  dataset: [openqa, random]' })
    expect(namesOf('m.yaml')).toEqual([
      'm (parallel 1, dataset openqa)',
      'm (parallel 1, dataset random)',
      'm (parallel 4, dataset openqa)',
      'm (parallel 4, dataset random)',
    ])
  })

  test('takes rows with their own thresholds and names', () => {
    placeWith({
      'm.yaml':
        'name: at $parallel with $datasetArgs.n and $nothing\neach:\n  - { parallel: 1, datasetArgs: { n: 5 } }\n  - { parallel: 2, name: two, thresholds: { qps: "> 2" } }',
    })
    expect(load('m.yaml').map(({ name, config }) => [name, config.thresholds])).toEqual([
      ['at 1 with 5 and $nothing', undefined],
      ['two', { qps: '> 2' }],
    ])
  })

  test.each([
    ['each: []', ':1: "each": is empty'],
    ['each: {}', ':1: "each": expected rows'],
    ['each: 5', ':1: "each": expected rows'],
    ['each:\n  parallel: 4', ':2: "each": "parallel": expected a list of values, got 4'],
    ['each:\n  parallel: []', ':2: "each": "parallel": expected a list'],
    ['each:\n  parallel:\n    - 1\n    - 0', ':4: option "parallel": '],
    ['each:\n  paralel: [1]', ':2: option "paralel": unknown, did you mean "parallel"?'],
    ['each:\n  - parallel: 1\n  - paralel: 1', ':3: option "paralel": unknown'],
    [
      `each:\n  parallel: [${'1,'.repeat(40)}]\n  number: [${'1,'.repeat(40)}]`,
      ':3: "each": makes more than 1000 runs',
    ],
  ])('%j', (text, message) => {
    placeWith({ 'm.yaml': text })
    expect(messageOf(() => load('m.yaml'))).toContain(`ConfigError: m.yaml${message}`)
  })
})

describe('a mistake is named with file and line', () => {
  test.each([
    ['nam: x', ':1: "nam": unknown, did you mean "name"?'],
    ['name: x\nparallel: 4', ':2: "parallel": unknown; it is an option, and belongs under "config"'],
    ['name: 5', ':1: option "name": expected string, got 5'],
    ['config:\n  thresholds: {}', ':2: option "config.thresholds": "thresholds" stands beside "config", not in it'],
    ['thresholds: fast', ':1: option "thresholds": expected record, got "fast"'],
    ['thresholds:\n  qps: 5', ':2: option "thresholds.qps":'],
    ['config: 5', ':1: expected options like'],
    ['compare: 5', ':1: "compare": expected { baseline, candidate, regressions }, got 5'],
    ['compare:\n  basline: x', ':2: "basline": unknown, did you mean "baseline"?'],
    ['compare:\n  blocks: 0', ':2: option "blocks": too small'],
    ['just text', ':1: expected a scenario like { name, config, thresholds }, got "just text"'],
  ])('%j', (text, message) => {
    placeWith({ 's.yaml': text })
    expect(messageOf(() => load('s.yaml'))).toContain(`ConfigError: s.yaml${message}`)
  })

  test.each([
    ['config:\n  parallel: 1\n  openLoop: true', 's.yaml:3: option "openLoop": needs a rate'],
    ['config:\n  number: [1, 2]', 's.yaml:2: option "number": has 2 values but "parallel" has 1'],
    [
      'thresholds:\n  qps: "> 1"\n  p99(latncy): < 1 s',
      's.yaml:3: threshold "p99(latncy) < 1 s": unknown metric "latncy", did you mean "latency"?',
    ],
    ['config:\n  slaAutoTune: true', 's.yaml: option "slaParams": missing; say what must hold'],
    [
      'compare:\n  baseline: http://127.0.0.1:1\n  candidate: http://127.0.0.1:2',
      's.yaml: option "regressions": nothing to compare',
    ],
  ])('also where options do not go together: %j', (text, message) => {
    placeWith({ 's.yaml': text })
    expect(messageOf(() => load('s.yaml').map((one) => readyScenario(one, undefined)))).toContain(
      `ConfigError: ${message}`,
    )
  })

  test('of the config file, where that is at fault', () => {
    placeWith({ 's.yaml': 'config: { parallel: [1, 2] }', 'perfgate.config.yaml': '\nnumber: [1, 2, 3]' })
    expect(messageOf(() => load('s.yaml').map((one) => readyScenario(one, loadConfigLayer({}))))).toContain(
      'perfgate.config.yaml:2: option "number": has 3 values',
    )
  })
})

describe('as tests', () => {
  test('each scenario goes to the maker of its kind, with what is laid over it', () => {
    placeWith({
      'a.yaml': 'thresholds: { qps: "> 1" }',
      'b.yaml': 'config: { slaAutoTune: true }',
      'c.yaml': 'compare: { baseline: "http://127.0.0.1:1" }',
    })
    const made: unknown[] = []
    const note = (kind: string) => (name: string, config: object) => void made.push([kind, name, config])
    const makers = { run: note('run'), capacity: note('capacity'), comparison: note('comparison') }
    collectScenarios(['a.yaml', 'b.yaml', 'c.yaml'], makers, { overrides: { parallel: 2, thresholds: { qps: '> 2' } } })
    const over = { parallel: 2, thresholds: { qps: '> 2' } }
    expect(made).toEqual([
      ['run', 'a', { name: 'a', ...over }],
      ['capacity', 'b', { name: 'b', slaAutoTune: true, ...over }],
      ['comparison', 'c', { name: 'c', baseline: 'http://127.0.0.1:1', ...over }],
    ])
  })
})
