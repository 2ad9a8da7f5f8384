/** `perfgate compare`: from words to a comparison, and from its verdict to an exit code. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { compareCommand } from '../../src/cli/commands/compare.ts'
import { main } from '../../src/cli/index.ts'
import type { ComparisonResult, Verdict } from '../../src/result/index.ts'
import { COMPARED } from '../report/comparedResult.ts'
import { fakeWorld } from './fakeWorld.ts'

async function ran(args: string[], result: ComparisonResult = COMPARED) {
  const world = fakeWorld()
  const configs: Record<string, unknown>[] = []
  const code = await compareCommand(args, world, async (config) => {
    configs.push(config)
    return { result, verdict: result.verdict, jsonPath: result.resultJsonPath }
  })
  return { code, config: configs[0], out: world.out(), err: world.err() }
}

const URLS = ['--baseline-url', 'http://a', '--candidate-url', 'http://b']

test('flags of a run are the scenario, the others the sides and what is compared', async () => {
  const { config } = await ran([
    ...URLS,
    '--regression',
    'p50(latency) 5 %',
    '--regression=qps 3 %',
    '--model',
    'm',
    '--parallel',
    '8',
    '--blocks',
    '12',
    '--maxBlocks',
    '24',
    '--on_undecided',
    'fail',
    '--disjointPrompts',
  ])
  expect(config).toEqual({
    baseline: { url: 'http://a' },
    candidate: { url: 'http://b' },
    regressions: { 'p50(latency)': '5 %', qps: '3 %' },
    model: 'm',
    parallel: 8,
    blocks: 12,
    maxBlocks: 24,
    onUndecided: 'fail',
    disjointPrompts: true,
  })
})

test('commands with their folder, environment and time', async () => {
  const { config } = await ran([
    '--baseline-command',
    'node server.js --port 1',
    '--baseline-ready-url',
    'http://a/health',
    '--baseline-cwd',
    'base',
    '--baseline-env',
    'MODE=x=y',
    '--baseline-env',
    'A=1',
    '--baseline-ready-timeout',
    '5',
    '--candidate-url',
    'http://b',
    '--regression',
    'qps 3 %',
  ])
  expect(config!.baseline).toEqual({
    command: 'node server.js --port 1',
    readyUrl: 'http://a/health',
    cwd: 'base',
    env: { MODE: 'x=y', A: '1' },
    readyTimeout: 5,
  })
})

test.each<[Verdict, Record<string, unknown>, number]>([
  ['pass', {}, 0],
  ['fail', {}, 1],
  ['undecided', { onUndecided: 'warn' }, 0],
  ['undecided', { onUndecided: 'fail' }, 1],
  ['invalid', { onInvalid: 'fail' }, 1],
  ['invalid', { onInvalid: 'skip' }, 0],
])('verdict %s with %j is exit code %i', async (verdict, config, code) => {
  const finished = await ran([...URLS, '--regression', 'qps 3 %'], { ...COMPARED, verdict, config })
  expect(finished.code).toBe(code)
})

test('the table goes to stdout; with --json the JSON alone does', async () => {
  const words = [...URLS, '--regression', 'qps 3 %']
  expect((await ran(words)).out).toContain('Comparison results:')
  const { out, err } = await ran([...words, '--json'])
  expect(JSON.parse(out)).toEqual(COMPARED)
  expect(err).toContain('Comparison results:')
})

test.each([
  [['--regression', 'qps 3'], 'regression "qps 3": the tolerance "3" has no unit'],
  [['--regression', 'p50(latncy) 5 %'], 'unknown metric "latncy", did you mean "latency"?'],
  [[...URLS], 'option "regressions": nothing to compare'],
  [['--regression', 'qps 3 %'], 'option "baseline": missing'],
  [['--url', 'http://a', '--regression', 'qps 3 %'], 'option --url: a comparison has two'],
  [['--threshold', 'qps > 3', '--regression', 'qps 3 %'], 'option --threshold: a comparison has --regression instead'],
  [['--baseline-ulr', 'x'], 'unknown flag --baseline-ulr, did you mean --baseline-url?'],
  [['--blocks', 'many', '--regression', 'qps 3 %'], 'option --blocks: expected a number, got "many"'],
  [['--baseline-env', 'x', '--regression', 'qps 3 %'], 'option --baseline-env: expected name=value, got "x"'],
  [[...URLS, '--regression', 'qps 3 %', '--on-undecided', 'shrug'], 'option "onUndecided"'],
])('%j is wrong usage, exit code 2', async (args, message) => {
  const world = fakeWorld()
  expect(await main(['compare', ...args], world)).toBe(2)
  expect(world.err()).toContain(message)
})

test('help tells of both sides', async () => {
  const world = fakeWorld({ columns: 120 })
  expect(await main(['compare', '--help'], world)).toBe(0)
  expect(world.out()).toContain('--candidate-command')
  expect(world.out()).toContain('--regression <expression...>')
  expect(world.out()).not.toContain('undefined')
})

test('end to end: two servers, a table, and exit code 1 for the slower candidate', async () => {
  const timing = (meanMs: number) => ({ ttft: { meanMs }, itl: { meanMs: 0 }, outputTokens: 2 })
  const servers = [await startServer(timing(20)), await startServer(timing(60))]
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-cli-compare-'))
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true })
    for (const server of servers) await server.close()
  })
  const world = fakeWorld()
  const code = await main(
    [
      'compare',
      '--baseline-url',
      servers[0]!.url,
      '--candidate-url',
      servers[1]!.url,
      '--model=m',
      '--number=40',
      '--on-invalid=warn',
      `--outputs-dir=${folder}`,
      '--regression',
      'p50(ttft) 20 %',
    ],
    world,
  )
  expect(code).toBe(1)
  expect(world.out()).toMatch(/\| p50\(ttft\) +\| [\d.]+ ms +\| [\d.]+ ms +\| \+\d+(\.\d)? % \[.*\| fail/)
})
