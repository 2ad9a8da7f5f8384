import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { finished, startNode, temporaryFolder } from '../vitest/childVitest.ts'
import { type Endpoint, startEndpoint } from '../vitest/endpoint.ts'
import { readJUnit } from '../vitest/junit.ts'
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
}, 60_000)

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
  for (const [name, text] of actual) if (!name.endsWith('.db')) expect(text, name).toBe(expected.get(name))
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

/** By name without its time, with what differs from run to run taken out. */
function filesIn(door: Door): Map<string, string> {
  const { path } = folders[door]
  const names = readdirSync(path).sort()
  return new Map(
    names.map((name) => {
      const text = readFileSync(join(path, name), 'utf8').replaceAll(path, 'FOLDER')
      return [name.replace(/_\d{8}_\d{6}/, ''), name.endsWith('.json') ? shapeOf(text) : withoutFigures(text)]
    }),
  )
}

/** Every path to a value, and the values that two runs of one scenario have in common. */
function shapeOf(json: string): string {
  const { config, name, summary, ...rest } = JSON.parse(json)
  const { totalRequests, succeededRequests, outputTokensPerRequest, expectedRequests } = summary
  const common = {
    config: { ...config, outputsDir: '' },
    name,
    totalRequests,
    succeededRequests,
    outputTokensPerRequest,
    expectedRequests,
  }
  return JSON.stringify({ common, paths: pathsIn({ summary, ...rest }) }, null, 2)
}

function pathsIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => pathsIn(item, `${path}[]`)))]
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, `${path}.${key}`))
}

/** Widths of columns go with the figures; so do units and the sentence on the client's health. */
function withoutFigures(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\d[\d._]*( (ms|us|s))?/g, '#')
        .replaceAll(/-{2,}/g, '-')
        .replaceAll(/ {2,}/g, ' '),
    )
    .join('\n')
}
