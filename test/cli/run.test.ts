/** What a run prints, where, and with which exit code. */
import { describe, expect, test } from 'vitest'
import { main, type RunBenchmark } from '../../src/cli/index.ts'
import { ConfigError, EndpointError } from '../../src/config/index.ts'
import { renderJson, renderText, runDocument } from '../../src/report/index.ts'
import type { Result } from '../../src/result/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { fakeRun, fakeWorld } from './fakeWorld.ts'

const LOG = { columns: 120, unicode: false, colour: false }

function withVerdict(verdict: Result['verdict'], onInvalid = 'fail'): Result {
  return { ...PUBLISHED, verdict, config: { ...PUBLISHED.config, onInvalid } }
}

test('the tables go to stdout, and nothing else does', async () => {
  const world = fakeWorld()
  expect(await main(['--number', '15'], world, fakeRun().run)).toBe(0)
  expect(world.out()).toBe(`${renderText(runDocument(PUBLISHED), LOG)}\n`)
  expect(world.err()).toBe('')
})

test('with --json stdout is the JSON alone, and the tables go to stderr', async () => {
  const world = fakeWorld()
  await main(['--json'], world, fakeRun().run)
  expect(world.out()).toBe(renderJson(PUBLISHED))
  expect(world.err()).toContain('Benchmarking summary:')
})

test('a sweep prints every level by name, and as JSON an array', async () => {
  const second: Result = { ...withVerdict('fail'), summary: { ...PUBLISHED.summary, concurrency: 4 } }
  const text = fakeWorld()
  expect(await main([], text, fakeRun([PUBLISHED, second]).run)).toBe(1)
  expect(text.out().match(/^(Level|Verdict over).*$/gm)).toEqual([
    'Level 1 of 2: 1 in parallel',
    'Level 2 of 2: 4 in parallel',
    'Verdict over 2 levels: fail',
  ])
  expect(text.out()).toContain('Performance overview:')
  const json = fakeWorld()
  await main(['--json'], json, fakeRun([PUBLISHED, second]).run)
  expect(JSON.parse(json.out())).toEqual([PUBLISHED, second])
})

describe('the exit code', () => {
  const undecided = (estimate: 'pass' | 'fail'): Result => ({
    ...withVerdict('undecided'),
    thresholds: [
      {
        expression: 'qps >= 2',
        actual: 2.1,
        limit: 2,
        unit: '/s',
        n: 15,
        verdict: 'undecided',
        estimate,
        message: '?',
      },
    ],
  })
  const allFailed: Result = {
    ...withVerdict('fail'),
    summary: { ...PUBLISHED.summary, succeededRequests: 0, failedRequests: 15 },
  }
  test.each<[string, Result, number]>([
    ['a pass', withVerdict('pass'), 0],
    ['a run without thresholds', PUBLISHED, 0],
    ['a broken threshold', withVerdict('fail'), 1],
    ['an undecided threshold whose figure keeps to the limit', undecided('pass'), 0],
    ['an undecided threshold whose figure breaks the limit', undecided('fail'), 1],
    ['an invalid run', withVerdict('invalid'), 1],
    ['an invalid run that is not to be judged', withVerdict('invalid', 'skip'), 0],
    ['a run in which every request failed', allFailed, 1],
  ])('of %s', async (_, result, code) => {
    expect(await main([], fakeWorld(), fakeRun([result]).run)).toBe(code)
  })

  test('of a sweep is that of its worst level, wherever it stands', async () => {
    expect(await main([], fakeWorld(), fakeRun([allFailed, PUBLISHED]).run)).toBe(1)
  })

  test.each<[Error, number, string]>([
    [new ConfigError('option "url": not a URL', 'url'), 2, 'perfgate: option "url": not a URL\n'],
    [
      new EndpointError('endpoint http://x: HTTP 401: who are you', 401),
      3,
      'perfgate: endpoint http://x: HTTP 401: who are you\n',
    ],
  ])('of an error: %s', async (error, code, message) => {
    const world = fakeWorld()
    expect(await main([], world, () => Promise.reject(error))).toBe(code)
    expect(world.err()).toBe(message)
    expect(world.out()).toBe('')
  })

  test('of a mistake of ours is 1, with the stack', async () => {
    const world = fakeWorld()
    expect(await main([], world, () => Promise.reject(new TypeError('x is not a function')))).toBe(1)
    expect(world.err()).toMatch(/^perfgate: TypeError: x is not a function\n {4}at /)
  })
})

describe('the API key', () => {
  test('on the command line is warned of once, and not repeated', async () => {
    const world = fakeWorld()
    await main(['--api-key', 'sk-secret'], world, fakeRun().run)
    expect(world.err().match(/PERFGATE_API_KEY/g)).toHaveLength(1)
    expect(world.err() + world.out()).not.toContain('sk-secret')
  })

  test('of the environment is left to the run, without a warning', async () => {
    const world = fakeWorld({ env: { PERFGATE_API_KEY: 'sk-secret' } })
    const { run, configs } = fakeRun()
    await main([], world, run)
    expect(configs).toEqual([{}])
    expect(world.err()).toBe('')
  })
})

describe('an interrupt', () => {
  /** Ends when its signal is aborted, having interrupted itself so many times. */
  function interrupted(world: ReturnType<typeof fakeWorld>, times: number, seen: string[]): RunBenchmark {
    return async (_, { signal, killSignal }) => {
      signal!.addEventListener('abort', () => seen.push('stop'))
      killSignal!.addEventListener('abort', () => seen.push('kill'))
      for (let i = 0; i < times; i++) world.signals.emit(i % 2 === 0 ? 'SIGINT' : 'SIGTERM')
      return { results: [PUBLISHED], verdict: 'pass' }
    }
  }

  test('stops the load, prints what was measured, and exits with 130', async () => {
    const world = fakeWorld()
    const seen: string[] = []
    expect(await main([], world, interrupted(world, 1, seen))).toBe(130)
    expect(seen).toEqual(['stop'])
    expect(world.out()).toContain('Percentile results:')
  })

  test('repeated cancels what is in flight, and a third time ends the process', async () => {
    const world = fakeWorld()
    const seen: string[] = []
    await main([], world, interrupted(world, 2, seen))
    expect(seen).toEqual(['stop', 'kill'])
    expect(world.exits).toEqual([])
    await main([], world, interrupted(world, 3, seen))
    expect(world.exits).toEqual([130])
  })

  test('is not listened to any more after the run', async () => {
    const world = fakeWorld()
    await main([], world, fakeRun().run)
    await main([], world, () => Promise.reject(new ConfigError('no')))
    expect(world.signals.eventNames()).toEqual([])
  })
})

test('help has a heading for every group and fits in 80 columns', async () => {
  const world = fakeWorld()
  expect(await main(['--help'], world)).toBe(0)
  const lines = world.out().split('\n')
  expect(lines.filter((line) => /^[A-Z][\w-]+( \w+)?:$/.test(line))).toEqual([
    'Basic:',
    'Network:',
    'Load:',
    'Multi-turn:',
    'Data:',
    'Generation:',
    'Gate:',
    'Capacity:',
    'Server view:',
    'Output:',
    'Config:',
    'Other:',
    'Commands:',
    'Examples:',
    'Exit codes:',
  ])
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  const load = lines.slice(lines.indexOf('Load:'), lines.indexOf('Multi-turn:'))
  expect(load.filter((line) => /^ {2}--(parallel|number|rate|stream) /.test(line))).toHaveLength(4)
})

test.each(['result', 'config'])('the JSON Schema of %s is printed', async (of) => {
  const world = fakeWorld()
  expect(await main(['schema', of], world)).toBe(0)
  const schema = JSON.parse(world.out()) as { type: string; properties: Record<string, unknown> }
  expect(schema.type).toBe('object')
  expect(Object.keys(schema.properties)).toContain(of === 'result' ? 'percentiles' : 'parallel')
})
