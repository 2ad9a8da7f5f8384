/** From a command line to a scenario. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { OPTION_NAMES, resolveConfig } from '../../src/config/index.ts'
import { configOf } from './fakeWorld.ts'

test("EvalScope's quick start is taken as it is", async () => {
  const line =
    '--url http://127.0.0.1:8000/v1/chat/completions --parallel 1 --model qwen2.5 --number 15 --api openai --dataset openqa --stream'
  expect(await configOf(...line.split(' '))).toEqual({
    url: 'http://127.0.0.1:8000/v1/chat/completions',
    parallel: 1,
    model: 'qwen2.5',
    number: 15,
    api: 'openai',
    dataset: 'openqa',
    stream: true,
  })
})

describe('spelling', () => {
  test.each(['--max-tokens', '--maxTokens', '--max_tokens', '--max-tokens='])('%s', async (flag) => {
    const args = flag.endsWith('=') ? [`${flag}64`] : [flag, '64']
    expect(await configOf(...args)).toEqual({ maxTokens: 64 })
  })

  test('every option has a flag in kebab-case', async () => {
    const refused: string[] = []
    for (const name of OPTION_NAMES) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      const answer = await configOf(`${flag}=?`)
      if (typeof answer === 'string' && answer.includes('unknown flag')) refused.push(flag)
    }
    expect(refused).toEqual([])
  })
})

describe('values', () => {
  test.each<[string, string[], Record<string, unknown>]>([
    ['a list of words', ['--parallel', '1', '4', '16'], { parallel: [1, 4, 16] }],
    ['a list with commas', ['--parallel', '1,4,16'], { parallel: [1, 4, 16] }],
    ['a list before another flag', ['--parallel', '1', '4', '--number', '8'], { parallel: [1, 4], number: 8 }],
    ['a negative number', ['--rate', '-1', '2.5'], { rate: [-1, 2.5] }],
    ['one value where only a list will do', ['--stop-token-ids', '7'], { stopTokenIds: [7] }],
    ['a minimum and a maximum', ['--max-tokens', '16', '32'], { maxTokens: [16, 32] }],
    ['a number or a word', ['--workers', '3'], { workers: 3 }],
    ['a word or a number', ['--workers', 'auto'], { workers: 'auto' }],
    ['a name made of digits', ['--model', '72'], { model: '72' }],
    ['pairs', ['--headers', 'a=b', 'x-key=c=d'], { headers: { a: 'b', 'x-key': 'c=d' } }],
    ['pairs, repeated', ['--headers', 'a=b', '--headers', 'c=d'], { headers: { a: 'b', c: 'd' } }],
    ['JSON', ['--extra-args', '{"top_a":1}'], { extraArgs: { top_a: 1 } }],
    [
      'thresholds that stop the load, or are about a part of it',
      ['--threshold', 'errorRate < 5 % abort after 10 s', 'qps{parallel:4} >= 2'],
      {
        thresholds: {
          errorRate: [{ threshold: '< 5 %', abortOnFail: true, delayAbortEval: '10000 ms' }],
          'qps{parallel:4}': ['>= 2'],
        },
      },
    ],
    [
      'a budget for confidence',
      ['--confidence', '0.95', '--max-number', '2000', '--max-duration', '60'],
      { confidence: 0.95, maxNumber: 2000, maxDuration: 60 },
    ],
    ['one word of many', ['--stop', 'END'], { stop: 'END' }],
    ['many words', ['--stop', 'a b', 'c'], { stop: ['a b', 'c'] }],
    ['the last of two', ['--model', 'a', '--model', 'b'], { model: 'b' }],
    ['a prompt that begins with dashes', ['--prompt', '-- what?'], { prompt: '-- what?' }],
  ])('%s', async (_, args, config) => {
    expect(await configOf(...args)).toEqual(config)
    resolveConfig(config)
  })

  test('JSON from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-flags-'))
    try {
      const file = join(folder, 'args.json')
      writeFileSync(file, '{"top_a": 1}')
      expect(await configOf('--extra-args', `@${file}`)).toEqual({ extraArgs: { top_a: 1 } })
      writeFileSync(file, 'top_a: 1')
      expect(await configOf('--extra-args', `@${file}`)).toMatch(
        /^perfgate: option --extra-args: file ".+args\.json" is not JSON/,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
    expect(await configOf('--extra-args', '@/no/such.json')).toMatch(
      /^perfgate: option --extra-args: cannot read the file: ENOENT/,
    )
  })
})

describe('switches', () => {
  test.each<[string[], Record<string, unknown>]>([
    [['--stream'], { stream: true }],
    [['--no-stream'], { stream: false }],
    [['--noStream'], { stream: false }],
    [['--stream', 'false'], { stream: false }],
    [['--stream=false'], { stream: false }],
    [['--stream', '--no-stream'], { stream: false }],
    [['--stream', '--model', 'm'], { stream: true, model: 'm' }],
    [['--no-timestamp'], { noTimestamp: true }],
    [['--no_timestamp', 'false'], { noTimestamp: false }],
    [['--timestamp'], { noTimestamp: false }],
    [['--no-test-connection'], { noTestConnection: true }],
    [['--max-tokens', 'none', '--temperature', 'none'], { maxTokens: 'none', temperature: 'none' }],
    [['--no-stream-usage'], { streamUsage: false }],
    [['--max-completion-tokens', '8', '16'], { maxCompletionTokens: [8, 16] }],
    [['--no-open-loop'], { openLoop: false }],
  ])('%j', async (args, config) => {
    expect(await configOf(...args)).toEqual(config)
  })
})

describe('thresholds and objectives', () => {
  test('are repeated or listed, and several on one figure are kept', async () => {
    const config = await configOf(
      '--threshold',
      'p99(latency) <= 1.5 s',
      '--threshold',
      'qps>=4',
      '--thresholds',
      'qps < 100',
    )
    expect(config).toEqual({ thresholds: { 'p99(latency)': ['<= 1.5 s'], qps: ['>= 4', '< 100'] } })
    resolveConfig(config as Record<string, unknown>)
  })

  test('of requests', async () => {
    expect(await configOf('--objective', 'ttft <= 200 ms', 'tpot < 50 ms')).toEqual({
      objectives: { ttft: '<= 200 ms', tpot: '< 50 ms' },
    })
  })
})

describe('what is wrong is named, and nothing runs', () => {
  test.each([
    [['--paralel', '3'], 'unknown flag --paralel, did you mean --parallel?'],
    [['--tresholds', 'x'], 'unknown flag --tresholds, did you mean --threshold?'],
    [['--zzz'], 'unknown flag --zzz; --help lists all'],
    [['-n', '3'], 'unknown flag -n; --help lists all'],
    [['--parallel', 'four'], 'option --parallel: expected a number, got "four"'],
    [['--parallel', '1,,4'], 'option --parallel: expected a number, got ""'],
    [['--stream', 'maybe'], 'option --stream: expected true or false, or nothing after it, got "maybe"'],
    [['--model'], 'option --model: expected a value after it'],
    [['--model', '--url', 'http://x'], 'option --model: expected a value, got the flag --url'],
    [['--headers', 'a:b'], 'option --headers: expected name=value, got "a:b"'],
    [
      ['--threshold', 'p99(latncy) < 1s'],
      'threshold "p99(latncy) < 1s": unknown metric "latncy", did you mean "latency"?',
    ],
    [
      ['http://127.0.0.1:8000'],
      'unexpected argument "http://127.0.0.1:8000", did you mean --url http://127.0.0.1:8000?',
    ],
    [['server'], 'unknown command "server", did you mean "serve"?'],
    [['mrge'], 'unknown command "mrge", did you mean "merge"?'],
    [['frobnicate'], `unknown command "frobnicate"; known: ${COMMANDS.map(({ name }) => name).join(', ')}`],
    [['--model', 'm', 'server'], 'unexpected argument "server"; flags begin with --'],
    [['schema', 'resul'], 'schema "resul": unknown, did you mean "result"?'],
    [['schema'], 'schema needs a name: result, comparison, capacity, sweep, config, scenario'],
    [['serve', '--prt', '1'], 'unknown flag --prt, did you mean --port?'],
  ])('%j', async (args, message) => {
    expect(await configOf(...args)).toBe(`perfgate: ${message}`)
  })
})
