import { describe, expect, test } from 'vitest'
import { NOTHING_MEASURED, type ReportedTest, renderTestRun, type TestRun } from '../../src/report/index.ts'
import type { Result } from '../../src/result/index.ts'
import { renderUnfinished } from '../../src/testing/index.ts'
import { PUBLISHED } from './publishedResult.ts'

const ENDPOINT: Result = { ...PUBLISHED, endpoint: { ...PUBLISHED.endpoint, embedded: false } }
const GATE = {
  expression: 'qps > 1',
  actual: 1.99,
  limit: 1,
  unit: '/s',
  n: 15,
  verdict: 'pass' as const,
  message: 'qps 1.99 /s',
}
const GATED: Result = { ...ENDPOINT, thresholds: [GATE], verdict: 'pass' }

function tested(changes: Partial<ReportedTest> = {}, ...results: Result[]): ReportedTest {
  const measured =
    results.length === 0
      ? NOTHING_MEASURED
      : { ...NOTHING_MEASURED, runs: results.map((result) => ({ result, requests: undefined })) }
  return { project: '', file: 'a.perf.ts', name: 'chat', state: 'passed', messages: [], ...changes, measured }
}

const render = (tests: ReportedTest[], more: Partial<TestRun> = {}): string =>
  renderTestRun({ tests, errors: [], isRed: false, ...more })
const headline = (...args: Parameters<typeof render>): string => render(...args).split('\n')[0]!
const rows = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (State|---)/.test(line))

describe('the headline', () => {
  test.each([
    ['a judged run', [tested({}, GATED)], '## ✅ perfgate: pass, 1 of 1 test passed'],
    ['a run that nothing judged', [tested({}, ENDPOINT)], '## ➖ perfgate: no gates, 1 of 1 test passed'],
    ['tests that measured nothing', [tested()], '## ➖ perfgate: nothing was measured, 1 of 1 test passed'],
    ['no tests', [], '## ➖ perfgate: nothing was measured, 0 of 0 tests passed'],
    [
      'an assertion',
      [tested({}, GATED), tested({ state: 'failed' }, GATED)],
      '## ❌ perfgate: fail, 1 of 2 tests passed, 1 failed',
    ],
    ['an invalid run', [tested({ state: 'invalid' }, GATED)], '## ❌ perfgate: fail, 0 of 1 test passed, 1 invalid'],
    [
      'a file',
      [tested({}, GATED), tested({ state: 'not loaded', name: '' })],
      '## ❌ perfgate: fail, 1 of 2 tests passed, 1 not loaded',
    ],
    ['a test cut short', [tested({ state: 'interrupted' })], '## ❌ perfgate: fail, 0 of 1 test passed, 1 interrupted'],
    [
      'what is skipped',
      [tested({}, GATED), tested({ state: 'skipped' }), tested({ state: 'todo' })],
      '## ✅ perfgate: pass, 1 of 3 tests passed, 1 skipped, 1 todo',
    ],
    ['a warning', [tested({}, { ...GATED, verdict: 'undecided' })], '## ❔ perfgate: undecided, 1 of 1 test passed'],
    [
      'an expected failure',
      [tested({ isExpectedToFail: true }, { ...GATED, verdict: 'fail' })],
      '## ✅ perfgate: pass, 1 of 1 test passed',
    ],
  ])('%s', (_, tests, expected) => expect(headline(tests)).toBe(expected))

  test('is red when the framework is, and for errors outside of any test', () => {
    expect(headline([tested({}, GATED)], { isRed: true })).toMatch(/^## ❌ perfgate: fail, 1 of 1 test passed/)
    const text = render([tested({}, GATED)], { errors: ['Error: unhandled'] })
    expect(text).toMatch(/^## ❌ perfgate: fail, 1 of 1 test passed, 1 error\n/)
    expect(text).toContain('- ❌ Error: unhandled')
  })

  test('names the embedded server, and so does each row of it', () => {
    const simulated = { ...GATED, endpoint: { ...GATED.endpoint, embedded: true } }
    expect(headline([tested({}, simulated)])).toBe(
      '## ✅ perfgate: pass, 1 of 1 test passed, against the embedded server',
    )
    const text = render([tested({}, simulated), tested({ name: 'real' }, GATED)])
    expect(text.split('\n')[0]).toMatch(/, 1 of them against the embedded server$/)
    expect(rows(text.split('<details>')[0]!).map((row) => row.includes('(embedded server)'))).toEqual([true, false])
  })
})

test('a row has state, project, file and test, and metrics for each level of load', () => {
  const second = { ...GATED, summary: { ...GATED.summary, concurrency: 4 } }
  const sweep = tested({ project: 'perf', name: 'group > chat' }, GATED, second)
  const [one, two, skipped] = rows(render([sweep, tested({ state: 'skipped', name: 'off' })]).split('<details>')[0]!)
  expect(one).toMatch(/^\| ✅ passed \| \\\[perf\\\] a\.perf\.ts &gt; group &gt; chat, 1 in parallel \| 1\.99 \|/)
  expect(two).toContain('chat, 4 in parallel')
  expect(skipped).toMatch(/^\| ⏭️ skipped \| a\.perf\.ts &gt; off \|( {2}\|)+$/u)
})

test('tests that pass without a measurement are counted, not listed', () => {
  const text = render([tested({}, GATED), ...Array.from({ length: 3 }, (_, i) => tested({ name: `unit ${i}` }))])
  expect(text).toContain('3 tests without a measurement passed.')
  expect(text).not.toContain('unit 1')
})

test('the reason of a failure stays one item, without its stack', () => {
  const message = 'Error: first\n  second\n    at run (/home/a.ts:1:2)\n'
  expect(render([tested({ state: 'failed', messages: [message] })])).toContain(
    '- ❌ a.perf.ts &gt; chat: Error: first<br>second\n',
  )
})

test('text from outside stays text', () => {
  const name = '|`code`\n<img src=x> @octocat [a](http://b.example) #1 https://evil.example www.evil.example'
  const text = render([tested({ name, state: 'failed', messages: [`Error: ${name}`] }, { ...GATED, name })])
  expect(text).not.toMatch(/<img|@octocat|\[a\]\(|https?:\/\/(b|evil)|www\.evil|[^\\]`code/)
  expect(rows(text)[0]!.match(/(?<!\\)\|/g)).toHaveLength(10)
})

test('before its end, a run has a red summary that names what has not ended', () => {
  expect(renderUnfinished()).toBe('## ❌ perfgate: the run has not ended\n')
  expect(renderUnfinished(['a|b'])).toBe('## ❌ perfgate: the run has not ended\n\n- ⏹️ a\\|b\n')
})

test('many tests stay below what GitHub takes for a comment, and the red ones are shown', () => {
  const many = Array.from({ length: 500 }, (_, i) => tested({ name: `${'long '.repeat(20)}${i}`, state: 'skipped' }))
  const text = render([...many, tested({ name: 'red', state: 'failed', messages: ['Error: x'] })])
  expect(text.length).toBeLessThan(65_536)
  expect(text).toContain('&gt; red |')
  expect(text).toContain('301 more tests are not in this table.')
})
