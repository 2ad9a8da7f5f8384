import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderMarkdown, renderTestRun, runDocument } from '../../../src/report/index.ts'
import type { Result } from '../../../src/result/index.ts'
import { resultSchema } from '../../../src/result/schema.ts'
import { finished, startNode, temporaryFolder } from '../../vitest/childVitest.ts'
import { type Endpoint, startEndpoint } from '../../vitest/endpoint.ts'
import { readJUnit } from '../../vitest/junit.ts'
import { copyProject, JEST, VITEST } from './childJest.ts'

/** The same scenario, run from each door in turn. */
const DOORS = {
  vitest: [VITEST, 'run', '--reporter=default', '--reporter=junit', '--outputFile.junit=vitest.xml'],
  jest: [JEST, '--testLocationInResults', '--json', '--outputFile=jest.json'],
  node: ['--test', '--test-reporter=spec', 'node.perf.cjs'],
}
type Door = keyof typeof DOORS

const project = copyProject('same')
const folders = Object.fromEntries(Object.keys(DOORS).map((door) => [door, temporaryFolder()])) as Record<
  Door,
  ReturnType<typeof temporaryFolder>
>
const printed = {} as Record<Door, string>
let endpoint: Endpoint

beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 20 })
  for (const [door, args] of Object.entries(DOORS) as [Door, string[]][]) {
    const { code, stdout, stderr } = await finished(
      startNode(project.path, args, { ENDPOINT: endpoint.url, OUTPUTS: folders[door].path, JUNIT: 'jest.xml' }),
    )
    printed[door] = stdout + stderr
    // The threshold on latency is broken in each.
    expect(code, printed[door]).toBe(1)
  }
})

afterAll(async () => {
  await endpoint.close()
  project.remove()
  for (const { remove } of Object.values(folders)) remove()
})

test.each(['jest', 'node'] as const)('%s leaves the same files as Vitest, with the same content', (door) => {
  const [expected, actual] = [filesIn('vitest'), filesIn(door)]
  expect([...actual.keys()]).toEqual([
    'm_chat-answers_benchmark.db',
    'm_chat-answers_benchmark.json',
    'm_chat-answers_benchmark.md',
    'summary.md',
  ])
  expect([...actual.keys()]).toEqual([...expected.keys()])
  const results = [expected, actual].map((files) => JSON.parse(files.get('m_chat-answers_benchmark.json')!))
  expect(shapeOf(results[1])).toEqual(shapeOf(results[0]))
})

test.each(Object.keys(DOORS) as Door[])('%s writes the tables of its own result', (door) => {
  const files = filesIn(door)
  const result = resultSchema.parse(JSON.parse(files.get('m_chat-answers_benchmark.json')!))
  expect(files.get('m_chat-answers_benchmark.md')).toBe(renderMarkdown(runDocument(result)))
  const file = { vitest: 'vitest.perf.mjs', jest: 'jest.perf.cjs', node: 'node.perf.cjs' }[door]
  const failed = {
    project: '',
    file,
    name: 'chat > answers',
    state: 'failed' as const,
    messages: [`ThresholdError: ${result.thresholds.find(({ verdict }) => verdict === 'fail')!.message}`],
    measured: { runs: [{ result, requests: undefined }], comparisons: [], capacities: [] },
  }
  expect(files.get('summary.md')).toBe(renderTestRun({ tests: [failed], errors: [], isRed: true }))
})

test('JUnit has the same properties from jest-junit as from Vitest', () => {
  const [vitest, jest] = ['vitest.xml', 'jest.xml'].map((file) => {
    const { failure, properties } = readJUnit(join(project.path, file))[0]!
    return { properties, text: failure!.text }
  })
  expect(Object.keys(jest!.properties)).toEqual(Object.keys(vitest!.properties))
  for (const name of ['perf.total_requests', 'perf.output_tokens_per_request', 'perf.expected_requests'])
    expect(jest!.properties[name], name).toBe(vitest!.properties[name])
  // Vitest adds the properties of the error after it.
  expect(withoutFigures(jest!.text)).toBe(withoutFigures(vitest!.text).split('\n')[0])
})

test('editors are told the line of the test file', () => {
  const { testResults } = JSON.parse(readFileSync(join(project.path, 'jest.json'), 'utf8'))
  const line = readFileSync(join(project.path, 'jest.perf.cjs'), 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('perfTest('))
  expect(testResults[0].assertionResults[0].location.line).toBe(line + 1)
})

test('node:test has the figures as diagnostics, and an error without a stack or details', () => {
  expect(printed.node).toMatch(/ℹ perf\.total_requests: 6/)
  expect(printed.node).toMatch(/ℹ perf\.threshold p99\(latency\) < 1 ms: fail: [\d.]+ ms \(n 6\)/)
  expect(printed.node).toMatch(
    /\[?Error \[ThresholdError\]: p99\(latency\) [\d.]+ ms is above the limit of 1 ms \(n = 6\)\]?$/m,
  )
})

/** By name without its time. */
function filesIn(door: Door): Map<string, string> {
  const { path } = folders[door]
  return new Map(
    readdirSync(path)
      .sort()
      .map((name) => [name.replace(/_\d{8}_\d{6}/, ''), readFileSync(join(path, name), 'utf8')]),
  )
}

/** Every path to a value, and the values that two runs of one scenario have in common. */
function shapeOf(result: Result): unknown {
  const { config, name, summary, client, verdict, ...rest } = result
  const { totalRequests, succeededRequests, outputTokensPerRequest, expectedRequests } = summary
  return {
    config: { ...config, outputsDir: '' },
    name,
    summary: { totalRequests, succeededRequests, outputTokensPerRequest, expectedRequests },
    // Whether the client was the bottleneck, and why, is up to the machine.
    client: Object.keys(client),
    paths: pathsIn({ summary, ...rest }),
  }
}

function pathsIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => pathsIn(item, `${path}[]`)))]
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, `${path}.${key}`))
}

/** Their units go with the figures. */
function withoutFigures(text: string): string {
  return text.replaceAll(/\d[\d.]*( (ms|us|s)\b)?/g, '#')
}
