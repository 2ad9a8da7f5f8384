import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resultSchema } from '../../src/result/schema.ts'
import { type Finished, runVitest, temporaryFolder, testFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { type JUnitCase, readJUnit } from './junit.ts'

const folder = temporaryFolder()
let endpoint: Endpoint
let run: Finished
let cases: Map<string, JUnitCase>
const found = (name: string): JUnitCase => cases.get(name)!

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
  const xml = join(folder.path, 'junit.xml')
  run = await runVitest('gates', ['--reporter=default', '--reporter=junit', `--outputFile=${xml}`], {
    ENDPOINT: endpoint.url,
    OUTPUTS: folder.path,
    GITHUB_STEP_SUMMARY: join(folder.path, 'job.md'),
  })
  cases = new Map(readJUnit(xml).map((testCase) => [testCase.name, testCase]))
})

afterAll(async () => {
  await endpoint.close()
  folder.remove()
})

describe('a perf test', () => {
  test('passes when its thresholds hold', () => {
    expect(found('holds')).toMatchObject({ failure: undefined, skipped: false })
  })

  test('fails when one is broken, with a failure that is the whole story and no stack', () => {
    const { failure } = found('breaks')
    expect(failure!.type).toBe('ThresholdError')
    expect(failure!.message).toMatch(/^p99\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)$/)
    expect(failure!.text).not.toMatch(/\.ts:\d+/)
    expect(failure!.text.trim()).toBe(`ThresholdError: ${failure!.message}`)
    expect(run.code).toBe(1)
  })

  test('is not run again by the retry of its project', () => {
    const runs = readdirSync(folder.path).filter((name) => /_breaks_.*\.db$/.test(name))
    expect(runs).toHaveLength(1)
  })

  test('is not stopped by the testTimeout of its project, but by its own timeoutMs', () => {
    const { failure } = found('takes too long')
    expect(failure!.message).toMatch(/did not finish within timeoutMs \(1500 ms\): \d+ of 1000 requests had finished/)
    const [json] = readdirSync(folder.path).filter((name) => /takes-too-long.*\.json$/.test(name))
    const result = resultSchema.parse(JSON.parse(readFileSync(join(folder.path, json!), 'utf8')))
    expect(result.interrupted).toBe(true)
    expect(result.summary.totalRequests).toBeLessThan(1000)
  })

  test('runs its function after the load, with result, metrics and the context of Vitest', () => {
    expect(found('own assertions hold').failure).toBeUndefined()
  })

  test('fails by toMeetThresholds, which says what was measured', () => {
    expect(found('own assertion breaks').failure!.message).toMatch(
      /^p50\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)$/,
    )
    expect(found('matcher without figures').failure!.message).toMatch(
      /toMeetThresholds: expected the `result` or `metrics`/,
    )
  })

  test('passes with .fails when a threshold is broken', () => {
    expect(found('expected to break').failure).toBeUndefined()
  })

  test('is collected once per row of .each and .for, with the row in its title', () => {
    for (const name of [
      'each 1 in parallel',
      'each 2 in parallel',
      'spread 1 and 3',
      'spread 2 and 4',
      'whole 1',
      'whole 2',
      'template 1 2',
    ])
      expect(found(name), name).toMatchObject({ failure: undefined, skipped: false })
  })

  test('is left out by .skip, .todo, .runIf and .skipIf, its scenario unchecked', () => {
    const skipped = [...cases.values()].filter((testCase) => testCase.skipped).map(({ name }) => name)
    expect(skipped).toEqual(['skipped', 'skipped each 1', 'skipped each 2', 'later', 'not run'])
    expect(found('not skipped').skipped).toBe(false)
  })

  test('judges every level of a sweep, and names the one that broke', () => {
    const { failure, properties } = found('sweep')
    expect(failure!.message).toMatch(/^at parallel 2: totalRequests 4 is above the limit of 3 \(n = \d\)$/)
    expect(properties).toMatchObject({ 'perf.parallel_1.total_requests': '2', 'perf.parallel_2.total_requests': '4' })
  })
})

test('loads never overlap, whatever describe.concurrent starts at once', () => {
  for (const name of ['first', 'second', 'third'])
    expect(found(`at the same time > ${name}`).failure, name).toBeUndefined()
  // Only the levels and rows that ask for two in parallel may have two requests in flight.
  expect(endpoint.maxInFlight).toBe(2)
})

describe('the JUnit file', () => {
  test('has every row of the summary as a property, once', () => {
    const { properties } = found('holds')
    expect(properties).toMatchObject({
      'perf.verdict': 'pass',
      'perf.concurrency': '1',
      'perf.total_requests': '6',
      'perf.succeeded_requests': '6',
      'perf.failed_requests': '0',
      'perf.input_tokens_per_request': '7',
      'perf.output_tokens_per_request': '2',
      'perf.expected_requests': '6',
    })
    // The endpoint waits 5 ms before it answers, and timers of Node do not fire early by more than 1 ms.
    expect(Number(properties['perf.avg_latency_seconds'])).toBeGreaterThan(0.004)
    expect(Number(properties['perf.avg_latency_seconds'])).toBeLessThanOrEqual(
      Number(properties['perf.max_latency_seconds']),
    )
    expect(properties['perf.result_db_path']).toMatch(/_holds_.*\.db$/)
  })

  test('has every threshold as a property, with its verdict', () => {
    const { properties } = found('breaks')
    expect(properties['perf.threshold p99(latency) < 1 ms']).toMatch(/^fail: [\d.]+ ms \(n 6\)$/)
    expect(properties['perf.threshold qps > 0.001']).toMatch(/^pass: /)
  })
})

describe('the terminal', () => {
  test('shows both tables under each test that ran, and no figure twice', () => {
    const ran = [...cases.values()].filter((testCase) => !testCase.skipped).length
    const all = run.stdout + run.stderr
    // The sweep has two levels.
    expect(all.match(/Benchmarking summary:/g)).toHaveLength(ran + 1)
    expect(all.match(/Percentile results:/g)).toHaveLength(ran + 1)
    expect(run.stdout).toContain('gates.perf.ts > at the same time > third\n\nBenchmarking summary:')
    expect(all).not.toContain('perf.total_requests')
  })
})

test('each test leaves a result DB, its JSON, and the tables as Markdown, with its name in the names', () => {
  const names = readdirSync(folder.path).filter((name) => name.includes('at-the-same-time-third'))
  expect(names.map((name) => name.replace(/_\d{8}_\d{6}/, '')).sort()).toEqual(
    ['db', 'json', 'md'].map((ending) => `m_at-the-same-time-third_benchmark.${ending}`),
  )
})

test('the verbose reporter shows tables and annotations of others, but not our figures', async () => {
  const { stdout, code } = await runVitest('gates', ['--reporter=verbose', '-t', '^(holds|breaks)$'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: testFolder(),
  })
  expect(code).toBe(1)
  expect(stdout.match(/Benchmarking summary:/g)).toHaveLength(2)
  expect(stdout).toMatch(/✓ gates\.perf\.ts > holds/)
  expect(stdout).not.toMatch(/perf\.(verdict|qps)/)
})

test.each(['default', 'verbose'])('with reporter: false the %s reporter prints no metrics either', async (reporter) => {
  const xml = join(testFolder(), 'junit.xml')
  const { stdout, stderr, code } = await runVitest(
    'gates',
    [`--reporter=${reporter}`, '--reporter=junit', `--outputFile=${xml}`, '-t', '^(holds|breaks)$'],
    { ENDPOINT: endpoint.url, OUTPUTS: testFolder(), REPORTER: 'false' },
  )
  expect(code).toBe(1)
  expect(stderr).toContain('ThresholdError: p99(latency)')
  expect(stdout + stderr).not.toMatch(/perf\.(verdict|qps)|Benchmarking summary:/)
  // They are still there for files.
  const measured = readJUnit(xml).filter(({ skipped }) => !skipped)
  expect(measured.map(({ properties }) => properties['perf.total_requests'])).toEqual(['6', '6'])
})

test('a reporter that owns stdout has it to itself', async () => {
  const { stdout, stderr, code } = await runVitest('gates', ['--reporter=tap', '-t', '^holds$'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: testFolder(),
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^TAP version 13/)
  expect(stdout).not.toContain('Benchmarking summary:')
  expect(stderr).toContain('Benchmarking summary:')
})

test('without the plugin a perf test still measures, judges and shows its tables', async () => {
  const outputs = testFolder()
  const { stdout, stderr, code } = await runVitest('without', [], { ENDPOINT: endpoint.url, OUTPUTS: outputs })
  expect(code).toBe(1)
  expect(stdout.match(/Benchmarking summary:/g)).toHaveLength(1)
  expect(stderr).toMatch(/ThresholdError: p50\(latency\) [\d.]+ ms is above the limit of 1 ms/)
  expect(readdirSync(outputs).some((name) => name.endsWith('.db'))).toBe(true)
})

describe('a mistake in a scenario', () => {
  test.each([
    ['option', /perf test "option": option "paralel": unknown, did you mean "parallel"\?/],
    ['threshold', /perf test "threshold": threshold .*latncy.*did you mean "latency"\?/],
  ])('in %s.perf.ts is found at collection, before any request', async (file, message) => {
    const before = endpoint.requests
    const { code, stderr } = await runVitest('mistakes', [`${file}.perf`], {
      ENDPOINT: endpoint.url,
      OUTPUTS: testFolder(),
    })
    expect(stderr).toMatch(message)
    // The code shown is the test file's, not ours.
    expect(stderr).toMatch(new RegExp(`❯ ${file}\\.perf\\.ts:\\d+:\\d+\\n`))
    expect(stderr).not.toMatch(/❯ .*src\/vitest/)
    expect(code).toBe(1)
    expect(endpoint.requests).toBe(before)
  })
})

describe('the summary of a pull request', () => {
  test('stands beside the results with every run, and is added to that of the GitHub job', () => {
    const summary = readFileSync(join(folder.path, 'summary.md'), 'utf8')
    expect(summary).toMatch(/^## ❌ perfgate: fail, \d+ of \d+ tests passed, 5 failed, 4 skipped, 1 todo\n/)
    const [head] = summary.split('<details>')
    expect(head).toMatch(
      /- ❌ gates\.perf\.ts &gt; breaks: ThresholdError: p99\(latency\) [\d.]+ ms is above the limit of 1 ms/,
    )
    const results = readdirSync(folder.path).filter((name) => name.endsWith('.json'))
    const rows = head!.split('\n').filter((line) => /^\| \S+ (passed|failed|skipped|todo)/u.test(line))
    const skipped = rows.filter((line) => /^\| (⏭️|📝)/u.test(line))
    expect(skipped).toHaveLength(5)
    expect(rows).toHaveLength(results.length + skipped.length)
    // It is green when its gate is not met.
    expect(head).toMatch(/^\| ✅ failed as expected \| gates\.perf\.ts &gt; expected to break \|/m)
    // Nothing judged it.
    expect(head).toMatch(/^\| ➖ passed, no gates \| gates\.perf\.ts &gt; each 1 in parallel \|/m)
    expect(head).toMatch(/^\| ❌ failed \| gates\.perf\.ts &gt; takes too long \|/m)
    expect(readFileSync(join(folder.path, 'job.md'), 'utf8')).toBe(`${summary}\n`)
  })
})
