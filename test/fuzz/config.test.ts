/** Scenarios, flags and thresholds of any form: they are taken, or refused by a ConfigError that says why. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveServerOptions, serverOptions } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { type Config, ConfigError, kebabCase, OPTION_NAMES, resolveConfig } from '../../src/config/index.ts'
import { gatesOf } from '../../src/gates/scenario.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { extent, TIMEOUT_MS } from './extent.ts'

/** What makes sense somewhere, and what makes none anywhere. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    '',
    0,
    1,
    -1,
    2,
    0.5,
    1e300,
    Number.NaN,
    Infinity,
    -0,
    2 ** 53,
  ),
  fc.constantFrom('openai', 'openqa', 'http://127.0.0.1:1/v1', 'p99(latency)', '<= 1 s', '< 5 %', 'auto', 'fail', '@x'),
  fc.constantFrom(
    'poisson',
    'constant-arrival-rate',
    'ramping-concurrency',
    'trace',
    '__proto__',
    'constructor',
    '1,2',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer(),
  fc.double(),
)
const key = fc.oneof(
  fc.constantFrom(
    'p99(latency)',
    'avg(ttft)',
    'qps',
    'successRate',
    'duration',
    'target',
    'kind',
    'meanMs',
    '__proto__',
  ),
  fc.string({ maxLength: 10 }),
)
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  ),
})).any
const optionName = fc.oneof(
  { arbitrary: fc.constantFrom(...OPTION_NAMES), weight: 20 },
  { arbitrary: fc.constantFrom(...OPTION_NAMES).map(kebabCase), weight: 2 },
  { arbitrary: fc.string({ maxLength: 8 }), weight: 1 },
)

/** Throws what is no ConfigError, and a ConfigError that says nothing. */
function refusedWell(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.message.length).toBeGreaterThan(10)
  }
}

/** All that is checked of a scenario before anything is read or sent. */
function check(input: Config | Record<string, unknown>): void {
  const config = resolveConfig(input)
  gatesOf(config, levelsOf(config))
}

describe('any input', { timeout: TIMEOUT_MS }, () => {
  it('as a scenario is taken or refused in words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(optionName, value), { maxLength: 4 }), (entries) => {
        refusedWell(() => check(Object.fromEntries(entries)))
      }),
      extent(2000),
    )
  })

  it('as thresholds is taken or refused in words', () => {
    const piece = fc.constantFrom(
      ...['p99', 'p', 'avg', 'max', '(', ')', 'latency', 'ttft', 'itl', 'qps', 'goodput', 'successRate', '@', 'stage'],
      ...['<', '<=', '>', '=', ' ', '1', '0', '.', '-', 'e9', 's', 'ms', '%', '{', '}', '"', '[', ']', ',', 'parallel'],
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 10 }).map((all) => all.join('')),
      fc.string({ maxLength: 15 }),
    )
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, scalar), { minKeys: 1, maxKeys: 2 }), (record) => {
        refusedWell(() => check({ thresholds: record as never }))
        refusedWell(() => check({ objectives: record as never }))
      }),
      extent(1500),
    )
  })

  it('as flags is taken or refused with exit code 2', async () => {
    const word = fc.oneof(
      scalar.map(String),
      fc.json({ maxDepth: 2 }),
      fc.constantFrom(
        '--',
        '-',
        '=',
        'a=b',
        'k=',
        '=v',
        '{',
        '[1]',
        '1,2,3',
        '--stream',
        '--no-stream',
        '--number',
        '8',
      ),
    )
    const flag = fc.tuple(optionName, fc.constantFrom('--', '--no-', '-', '---'), word, fc.boolean()).map(
      // Help and version print what they are asked for instead of running.
      ([name, dashes, text, joined]) => (joined ? [`${dashes}${name}=${text}`] : [`${dashes}${kebabCase(name)}`, text]),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(flag, { minLength: 1, maxLength: 3 }), async (flags) => {
        const world = fakeWorld()
        const args = flags.flat()
        const code = await main(['--parallel', '1', ...args], world, async (config) => {
          check(config)
          return { results: [PUBLISHED], verdict: 'pass' }
        })
        expect({ args, code, said: world.err().slice(0, 300) }).toMatchObject({ code: expect.toBeOneOf([0, 2]) })
        if (code === 2) expect(world.err()).toMatch(/^perfgate: /)
      }),
      extent(250),
    )
  })

  it('as options of the embedded server is taken or refused in words', () => {
    const name = fc.oneof(fc.constantFrom(...Object.keys(serverOptions.shape)), fc.string({ maxLength: 6 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 3 }), (entries) => {
        refusedWell(() => resolveServerOptions(Object.fromEntries(entries)))
      }),
      extent(2000),
    )
  })
})
