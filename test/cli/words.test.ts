/** Values of commands' own flags, and what is the same in every command. */
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { readChoice, readNumberFlag, readPairs } from '../../src/cli/flags.ts'
import { main, type RunBenchmark } from '../../src/cli/index.ts'
import { measure } from '../../src/cli/run.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeWorld } from './fakeWorld.ts'

test('a number is of the kind that its flag takes', () => {
  expect(readNumberFlag('to', '0.5', 'a positive number')).toBe(0.5)
  expect(() => readNumberFlag('to', '0', 'a positive number')).toThrow(
    'option --to: expected a positive number, got "0"',
  )
  expect(() => readNumberFlag('last', '1.5', 'a whole number from 1')).toThrow('expected a whole number from 1')
  expect(() => readNumberFlag('port', '65536', 'a number from 0 to 65535')).toThrow('got "65536"')
  expect(() => readNumberFlag('blocks', ' ', 'a number')).toThrow('option --blocks: expected a number, got " "')
})

test('a name is one of those known, and the nearest is suggested', () => {
  expect(readChoice('ci', 'gitlab', ['github', 'gitlab'])).toBe('gitlab')
  expect(() => readChoice('ci', 'gitlba', ['github', 'gitlab'])).toThrow(
    'option --ci: unknown value "gitlba", did you mean "gitlab"?',
  )
})

test('a pair keeps what stands after its first "="', () => {
  expect(readPairs('header', ['a=b=c', 'd='])).toEqual({ a: 'b=c', d: '' })
  expect(() => readPairs('header', ['=b'])).toThrow('option --header: expected name=value, got "=b"')
})

test.for(COMMANDS.map(({ name }) => name))('%s suggests a flag of its own for a mistyped one', async (name) => {
  const help = fakeWorld({ columns: 120 })
  await main([name, '--help'], help)
  const own = [...help.out().matchAll(/^ {2}--([a-z][a-z-]{3,})/gm)].map(([, flag]) => flag!)
  for (const flag of own.slice(0, 3)) {
    const world = fakeWorld()
    expect(await main([name, `--${flag}x`], world)).toBe(2)
    expect(world.err()).toBe(`perfgate: unknown flag --${flag}x, did you mean --${flag}?\n`)
  }
})

test('every command that sends load prints a line every n requests where --log-every-n-query says so', async () => {
  const world = fakeWorld()
  const progress = { phase: 'measuring', level: 0, levels: 1, done: 2, total: 4, failed: 0, inFlight: 1 } as const
  const run: RunBenchmark = async (_, hooks) => {
    hooks.onProgress?.({ ...progress, qps: 1, elapsedSeconds: 1, durationSeconds: null } as never)
    return { results: [PUBLISHED], verdict: 'pass' }
  }
  await measure({ config: { logEveryNQuery: 2 }, json: false }, world, {
    run: (hooks) => run({}, hooks),
    text: () => 'tables',
    json: () => '',
    exitCode: () => 0,
  })
  expect(world.err()).toContain('measuring 2/4')
  expect(world.out()).toBe('tables\n')
})
