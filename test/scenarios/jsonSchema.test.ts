/** The JSON Schemas against an independent validator: they accept what the reader of files accepts, and nothing else. */
import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeSchemas } from '../../scripts/writeSchemas.ts'
import { type FileDocument, layerOf, substituteVariables } from '../../src/config/files/index.ts'
import { OPTION_NAMES, options } from '../../src/config/index.ts'
import { parseObjectives, parseRegressions, parseThresholds, requireStored } from '../../src/gates/index.ts'
import { DISTRIBUTION_NAMES, SCALAR_NAMES } from '../../src/metrics/index.ts'
import { configJsonSchema, scenarioJsonSchema } from '../../src/scenarios/index.ts'
import { readParts } from '../../src/scenarios/shape.ts'
import { placeWith } from './place.ts'

const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true })
const isConfig = ajv.compile(configJsonSchema())
const isScenario = ajv.compile(scenarioJsonSchema())

const document = (value: unknown): FileDocument => ({
  path: '/project/s.yaml',
  file: 's.yaml',
  value,
  isText: true,
  place: () => 's.yaml:1',
})

type Env = Record<string, string>

function readsConfig(value: unknown, env: Env = {}): boolean {
  return succeeds(() => {
    const substituted = substituteVariables(value, env, () => '')
    const given = substituted.value as Record<string, unknown>
    const { $schema, ...rest } = typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {}
    const isPlain = typeof given === 'object' && given !== null && !Array.isArray(given)
    layerOf(document(value), isPlain && typeof $schema === 'string' ? rest : given, [], substituted)
  })
}
const readsScenario = (value: unknown, env: Env = {}): boolean => succeeds(() => readParts(document(value), env))

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** Values that lie on the edges of what options take, and words of the options that have words. */
const words = OPTION_NAMES.flatMap((name) => JSON.stringify(jsonOf(name)).match(/(?<="enum":\[)[^\]]*/g) ?? [])
  .flatMap((list) => list.split(','))
  .map((word) => JSON.parse(word) as string)
function jsonOf(name: string): unknown {
  return (configJsonSchema()['properties'] as Record<string, unknown>)[name]
}
const key = fc.string({ maxLength: 5 }).filter((text) => text !== '__proto__')
const SINGLE: unknown[] = [
  ...[null, true, false, -2, -1, 0, 0.2, 0.5, 0.99, 1, 1.5, 7, 300, 70_000, ...words],
  ...['', 'x', 'auto', '5', '1/4', '$', '$$', '$${X}', '${', '${X', '${1}', '${}', 'a $${ b', '$$${X}', 'a$'],
]
const LISTS: unknown[] = [[1], [1, 2], ['x'], [1, 'x'], [], [0], [-1], [1.5], [1, 2, 3], ['${']]
const RECORDS: unknown[] = [
  {},
  { a: 1 },
  { a: 'b' },
  { a: { b: null } },
  { kind: 'constant', meanMs: 5 },
  { kind: 'uniform', minMs: 1, maxMs: 2 },
  { kind: 'normal', meanMs: 1 },
  { kind: 'normal', meanMs: 1, stddevMs: 2 },
  [{ duration: 1, target: 2 }],
  [{ duration: 0, target: 2 }],
  { qps: '> 1' },
  { qps: ['> 1', { threshold: '< 9', abortOnFail: true }] },
  { qps: [{ threshold: '< 9', delayAbort: true }] },
  [{ p99_latency: '<= 2' }],
]
const value = fc.oneof(
  { depthSize: 'small', maxDepth: 2 },
  fc.constantFrom(...SINGLE, ...LISTS, ...RECORDS),
  fc.dictionary(key, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
)
/** Of each option, some values that it takes: without them nearly all that is tried would be refused. */
const taken = new Map(
  OPTION_NAMES.map((name) => [
    name,
    [...SINGLE, ...LISTS, ...RECORDS].filter(
      (one) => !String(one).includes('${') && options.shape[name].safeParse(one).success,
    ),
  ]),
)
const named = fc.constantFrom(...OPTION_NAMES).chain((name) =>
  fc.record({
    name: fc.constant(name),
    key: fc.oneof({ weight: 5, arbitrary: fc.constant(name as string) }, fc.constantFrom(...spellings(name))),
    value: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...taken.get(name)!) }, { weight: 1, arbitrary: value }),
  }),
)
function spellings(name: string): string[] {
  const by = (how: (letter: string) => string): string => name.replace(/[A-Z]/g, how)
  const lower = (letter: string): string => letter.toLowerCase()
  return [by((letter) => `_${lower(letter)}`), by((letter) => `--${letter}`), `${name}s`, by(lower)]
}
/** Two spellings of one option are a mistake that no schema can name. */
const optionsValue = fc
  .uniqueArray(named, { maxLength: 3, selector: ({ name }) => name })
  .map((entries) => Object.fromEntries(entries.map(({ key, value }) => [key, value])))
const listsValue = fc
  .uniqueArray(fc.tuple(named, fc.array(value, { maxLength: 1 })), { maxLength: 2, selector: ([{ name }]) => name })
  .map((entries) => Object.fromEntries(entries.map(([{ key, value }, more]) => [key, [value, ...more]])))

const mostly = <T>(good: fc.Arbitrary<T>, ...bad: unknown[]) =>
  fc.oneof({ weight: 8, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.constantFrom(...bad) })
const scenarioValue = fc.record(
  {
    $schema: mostly(fc.constant('x'), 5),
    name: mostly(fc.constantFrom('a', 'at $parallel'), '', 5, '${'),
    description: mostly(fc.constant('a'), null),
    extends: mostly(fc.constantFrom<unknown>('a.yaml', ['a.yaml', 'b.yaml']), [], '', 5),
    config: mostly(optionsValue, null, [], 'x', { thresholds: {} }, { name: 'x' }),
    thresholds: mostly(fc.constantFrom(...taken.get('thresholds')!), 5, { qps: 5 }),
    each: mostly(
      fc.oneof(fc.array(optionsValue, { minLength: 1, maxLength: 2 }), listsValue),
      [],
      {},
      { parallel: 1 },
      'x',
    ),
    compare: mostly(
      fc.record(
        {
          baseline: mostly(
            fc.constantFrom<unknown>('a', { url: 'a' }, { headers: { a: 1 } }),
            '',
            { urls: 'a' },
            { env: { a: 1 } },
          ),
          candidate: mostly(fc.constantFrom<unknown>({ command: 'a', readyTimeout: 5 }), { readyTimeout: 0 }),
          regressions: mostly(fc.constant<unknown>({ qps: '3 %' }), { qps: 3 }, 5),
          confidence: mostly(fc.constant(0.9), 1, 0),
          blocks: mostly(fc.constant(1), 0, 1.5),
          onUndecided: mostly(fc.constant('warn'), 'warning'),
        },
        { requiredKeys: [] },
      ),
      5,
      { other: 1 },
    ),
  },
  { requiredKeys: [] },
)

/** `minMs` above `maxMs` is a relation of two values: the reader's alone to name. */
const RUNS = { numRuns: 800, seed: 20 }

describe('the schema accepts what the reader accepts, and refuses what it refuses', () => {
  test('each option by itself, in any spelling', () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(named, ({ key, value }) => {
        const accepted = readsConfig({ [key]: value })
        seen[accepted ? 'accepted' : 'refused']++
        expect(isConfig({ [key]: value }), JSON.stringify({ [key]: value })).toBe(accepted)
      }),
      { ...RUNS, numRuns: 2000 },
    )
    // A schema that refused all, or none, would be found out.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(400)
  })

  test('configs', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: optionsValue }, fc.jsonValue({ maxDepth: 1 })), (config) => {
        expect(isConfig(config), JSON.stringify(config)).toBe(readsConfig(config))
      }),
      RUNS,
    )
  })

  test('scenarios', () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: scenarioValue }, fc.jsonValue({ maxDepth: 1 })), (scenario) => {
        const accepted = readsScenario(scenario)
        seen[accepted ? 'accepted' : 'refused']++
        expect(isScenario(scenario), JSON.stringify(scenario)).toBe(accepted)
      }),
      RUNS,
    )
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(50)
  })

  test('a variable in the place of any single value, where it holds that value', () => {
    const seen = { tried: 0 }
    fc.assert(
      fc.property(named, ({ name, value: one }) => {
        if (!readsConfig({ [name]: one })) return
        for (const { replaced, text } of withVariable(one)) {
          seen.tried++
          expect(isConfig({ [name]: replaced }), JSON.stringify({ [name]: replaced })).toBe(true)
          expect(readsConfig({ [name]: replaced }, { X: text }), JSON.stringify([name, replaced, text])).toBe(true)
        }
      }),
      { ...RUNS, numRuns: 800 },
    )
    expect(seen.tried).toBeGreaterThan(250)
  })

  test.each([
    [{ headers: { a: 5, b: true, c: 'x' } }, true],
    [{ headers: { a: null } }, false],
    [{ rate: [1, -1] }, true],
    [{ rate: [1, 0] }, false],
    [{ maxTokens: [1, 2, 3] }, false],
    [{ workers: '${N}' }, true],
    [{ max__tokens: 5 }, true],
    [{ 'max-Tokens': 5 }, true],
    [{ maxtokens: 5 }, false],
    [{ thresholds: { qps: { threshold: '> 1', abortOnFail: true, delayAbortEval: '1 s' } } }, true],
    [{ thresholds: { qps: { abortOnFail: true } } }, false],
    [{ $schema: 'x', parallel: 1 }, true],
    [{ $schema: 5 }, false],
  ])('%j: %j', (config, accepted) => {
    expect([isConfig(config), readsConfig(config, { N: '2' })]).toEqual([accepted, accepted])
  })
})

/** The value with each of its single values in turn behind `${X}`. */
function withVariable(one: unknown): { replaced: unknown; text: string }[] {
  if (typeof one === 'string') return one.includes('$') || one === '' ? [] : [{ replaced: '${X}', text: one }]
  if (typeof one === 'number' || typeof one === 'boolean') return [{ replaced: '${X}', text: String(one) }]
  if (Array.isArray(one))
    return one.flatMap((item, i) =>
      withVariable(item).map(({ replaced, text }) => ({ replaced: one.with(i, replaced), text })),
    )
  if (typeof one !== 'object' || one === null) return []
  return Object.entries(one).flatMap(([name, item]) =>
    withVariable(item).map(({ replaced, text }) => ({ replaced: { ...one, [name]: replaced }, text })),
  )
}

describe('for editors', () => {
  test('each option is offered in its one spelling, with what it is for and its default', () => {
    const { properties } = configJsonSchema() as {
      properties: Record<string, { description?: string; default?: unknown }>
    }
    expect(Object.keys(properties)).toEqual(['$schema', ...OPTION_NAMES])
    for (const name of OPTION_NAMES) {
      expect(properties[name]!.description, name).toBe(options.shape[name].description)
      const parsed = options.shape[name].safeParse(undefined)
      if (parsed.success && parsed.data !== undefined && typeof parsed.data !== 'object')
        expect(properties[name]!.default, name).toEqual(parsed.data)
    }
  })

  test('the words of an option are listed', () => {
    const { properties } = configJsonSchema() as { properties: Record<string, { anyOf: { enum?: string[] }[] }> }
    expect(properties['store']!.anyOf[0]!.enum).toEqual(['none', 'metrics', 'full'])
  })

  test('both are written where the package has them', () => {
    const folder = placeWith({})
    expect(writeSchemas(`${folder}/schemas`).map((path) => path.slice(folder.length))).toEqual([
      '/schemas/config.schema.json',
      '/schemas/scenario.schema.json',
    ])
  })
})

test('editors are offered every metric with what it is, where the reader of files takes it', () => {
  const offered = (option: string): Record<string, { description: string }> =>
    (jsonOf(option) as { properties: Record<string, { description: string }> }).properties
  expect(Object.keys(offered('thresholds'))).toEqual(
    DISTRIBUTION_NAMES.map((name) => `p99(${name})`).concat(SCALAR_NAMES),
  )
  expect(offered('thresholds')['p99(totalSpeed)']!.description).toMatch(
    /^Input and output tokens .* Higher is better\.$/,
  )
  expect(offered('objectives')).toHaveProperty('ttft')
  expect(offered('objectives')).not.toHaveProperty('connect')
  for (const key of Object.keys(offered('thresholds'))) expect(() => parseThresholds({ [key]: '>= 0' })).not.toThrow()
  for (const key of Object.keys(offered('objectives'))) expect(() => parseObjectives({ [key]: '>= 0' })).not.toThrow()
  const regressions = Object.fromEntries(Object.keys(offered('regressions')).map((key) => [key, '1 %']))
  expect(() => requireStored(parseRegressions(regressions))).not.toThrow()
})
