/** The chain of perf tests: the same links on every kind, in every framework, and no others. */
import { expect, expectTypeOf, test } from 'vitest'
import {
  type CollectedTest,
  type Framework,
  type Host,
  type Mode,
  PLAIN_LINKS,
  perfTestOf,
} from '../../src/testing/index.ts'
import type { PerfTest as JestTest } from '../../src/testing/jest/door.cts'
import type { PerfTest as NodeTest } from '../../src/testing/node-test/index.ts'
import { perfTest as nodePerfTest } from '../../src/testing/node-test/index.ts'
import { rowsOf } from '../../src/testing/node-test/rows.ts'
import { LINKS } from '../../src/testing/vitest/collector.ts'
import { type PerfTest, perfTest } from '../../src/testing/vitest/index.ts'

const EVERYWHERE = ['each', 'for', 'skip', 'only', 'todo', 'fails', 'skipIf', 'runIf']
const KINDS = ['perfTest', 'compare', 'capacity'] as const
type Link = Record<string, unknown> & ((...given: unknown[]) => void)

function kindOf(root: unknown, kind: (typeof KINDS)[number]): Link {
  return (kind === 'perfTest' ? root : (root as Record<string, unknown>)[kind]) as Link
}

const FRAMEWORKS = [
  ['Vitest', perfTest, [...EVERYWHERE, 'concurrent', 'extend'], LINKS],
  ['node:test', nodePerfTest, [...EVERYWHERE, 'failing'], PLAIN_LINKS],
  [
    'Jest',
    perfTestOf({ links: PLAIN_LINKS, collect: () => {}, rows: rowsOf }),
    [...EVERYWHERE, 'failing'],
    PLAIN_LINKS,
  ],
] as const

test.each(FRAMEWORKS.flatMap((framework) => KINDS.map((kind) => [kind, framework] as const)))(
  '%s of %s has these links and no others',
  (kind, [, root, links, words]) => {
    const own = kind === 'perfTest' ? ['compare', 'capacity'] : []
    expect(Object.keys(kindOf(root, kind)).sort()).toEqual([...links, ...own].sort())
    // Each link has all of them again.
    for (const word of Object.keys(words))
      expect(Object.keys(kindOf(root, kind)[word] as Link).sort(), word).toEqual([...links].sort())
  },
)

test('types say the same', () => {
  type Links<T> = Exclude<keyof T, 'compare' | 'capacity'>
  type Common = 'each' | 'for' | 'skip' | 'only' | 'todo' | 'fails' | 'skipIf' | 'runIf'
  expectTypeOf<Links<PerfTest>>().toEqualTypeOf<Common | 'concurrent' | 'extend'>()
  expectTypeOf<keyof PerfTest['compare']>().toEqualTypeOf<Common | 'concurrent' | 'extend'>()
  expectTypeOf<keyof PerfTest['capacity']['skip']>().toEqualTypeOf<Common | 'concurrent' | 'extend'>()
  expectTypeOf<Links<JestTest>>().toEqualTypeOf<Common | 'failing'>()
  expectTypeOf<keyof JestTest['compare']>().toEqualTypeOf<Common | 'failing'>()
  expectTypeOf<keyof NodeTest['capacity']['only']>().toEqualTypeOf<Common | 'failing'>()
})

/** What a framework is asked to collect. */
function collected(define: (test: NodeTest) => void): CollectedTest<unknown>[] {
  const tests: CollectedTest<unknown>[] = []
  const framework: Framework<unknown> = { links: PLAIN_LINKS, collect: (one) => tests.push(one), rows: rowsOf }
  define(perfTestOf<NodeTest, unknown>(framework))
  return tests
}

const load = { url: 'http://127.0.0.1:9/v1' }
const sides = { baseline: load.url, candidate: load.url, regressions: { qps: '5 %' } }
const search = { ...load, sla: { 'p99(latency)': '<= 1 s' } } as const

test.each<[string, (test: NodeTest) => void, Mode[]]>([
  ['only', (t) => t.only('x', load), ['only']],
  ['only.fails', (t) => t.only.fails('x', load), ['only', 'fails']],
  ['failing', (t) => t.failing('x', load), ['fails']],
  ['skipIf(true)', (t) => t.skipIf(1)('x', load), ['skip']],
  ['skipIf(false)', (t) => t.skipIf(0)('x', load), []],
  ['runIf(false).only', (t) => t.runIf('').only('x', load), ['skip', 'only']],
  ['compare.only', (t) => t.compare.only('x', sides), ['only']],
  ['compare.todo', (t) => t.compare.todo('x'), ['todo']],
  ['compare.fails.only', (t) => t.compare.fails.only('x', sides), ['fails', 'only']],
  ['capacity.runIf(true).fails', (t) => t.capacity.runIf(true).fails('x', search), ['fails']],
  ['capacity.skip', (t) => t.capacity.skip('x'), ['skip']],
])('%s', (_, define, modes) => {
  const [only, ...others] = collected(define)
  expect(others).toEqual([])
  expect([...only!.modes]).toEqual(modes)
  expect(only!.run === undefined).toBe(modes.includes('skip') || modes.includes('todo'))
})

test('each spreads rows, for hands over the row and the context, on every kind', async () => {
  const given: unknown[][] = []
  const keep = (...args: unknown[]): never => {
    given.push(args)
    throw new Error('far enough')
  }
  const tests = collected((t) => {
    t.compare.each([
      [1, 2],
      [3, 4],
    ])('%i and %i', keep)
    t.capacity.for([[5, 6]])('%i', keep)
    t.each([{ n: 7 }])('$n', keep)
    t.for`a | b
      ${8} | ${9}`('$a, $b', keep)
  })
  expect(tests.map(({ title, isRow }) => [title, isRow])).toEqual(
    ['1 and 2', '3 and 4', '5', '7', '8, 9'].map((title) => [title, true]),
  )
  // Their functions are called when the tests run.
  expect(given).toEqual([])
  for (const { run } of tests) await expect(run!({} as Host, () => 'context')).rejects.toThrow('far enough')
  expect(given).toEqual([[1, 2], [3, 4], [[5, 6], 'context'], [{ n: 7 }], [{ a: 8, b: 9 }, 'context']])
})

test('a number or options as the third argument are rejected with the way to a time limit', () => {
  for (const wrong of [60_000, { timeout: 60_000 }])
    expect(() => collected((t) => t('x', load, wrong as never))).toThrow(
      /^perf test "x": the third argument must be a function, got (number|object); a time limit is timeoutMs of the scenario$/,
    )
})
