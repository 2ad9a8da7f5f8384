import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resultSchema } from '../../../src/result/schema.ts'
import { finished, startNode, testFolder } from '../../vitest/childVitest.ts'
import { type Endpoint, startEndpoint } from '../../vitest/endpoint.ts'
import { JEST, runJest, testProject } from './childJest.ts'

let endpoint: Endpoint
beforeEach(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
})
afterEach(() => endpoint.close())

test('Ctrl-C lets the load come to rest, keeps what was measured, and starts no other', async () => {
  const outputs = testFolder()
  const jest = startNode(testProject('load'), [JEST, 'long'], { ENDPOINT: endpoint.url, OUTPUTS: outputs })
  const ended = finished(jest)
  await endpoint.request(10)
  jest.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(130)
  expect(endpoint.inFlight).toBe(0)
  expect(stderr).toMatch(/Stopping. Requests in flight may finish/)
  expect(stderr.match(/Benchmarking summary:/g)).toHaveLength(1)
  expectInterrupted(outputs)
})

test('--bail in one worker stops the load in another, which keeps what was measured', async () => {
  const outputs = testFolder()
  const told = testFolder()
  const jest = startNode(testProject('load'), [JEST, '--bail', '--maxWorkers=2', 'long', 'fails'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: outputs,
    TOLD: told,
  })
  const ended = finished(jest)
  await endpoint.request(10)
  writeFileSync(join(told, 'now'), '')
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(stderr).toContain('failed as told')
  // The worker outlives Jest by the time its load takes to come to rest and be written.
  await written(outputs, '.md')
  expect(endpoint.inFlight).toBe(0)
  expectInterrupted(outputs)
})

test('without the preset a file names its environment, shows its tables itself, and keeps to --bail', async () => {
  const outputs = testFolder()
  const { code, stderr } = await runJest(testProject('load'), ['--config=plain.config.cjs', '--bail'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: outputs,
  })
  expect(code).toBe(1)
  expect(stderr.match(/docblock\.perf\.cjs > breaks\n\nBenchmarking summary:/g)).toHaveLength(1)
  expect(stderr).toContain('perfgate: after it: skipped: --bail, after 1 failed')
  // A connection test and five requests, of the first alone.
  expect(endpoint.requests).toBe(6)
  expect(readdirSync(outputs).filter((name) => name.endsWith('.md'))).toHaveLength(1)
})

test('files in workers of their own, and other processes, never load at once', async () => {
  const project = testProject('load')
  const environment = { ENDPOINT: endpoint.url, OUTPUTS: testFolder() }
  const [both, other] = await Promise.all([
    runJest(project, ['--maxWorkers=2', 'one', 'two'], environment),
    runJest(project, ['one'], environment),
  ])
  expect([both.code, other.code], both.stderr + other.stderr).toEqual([0, 0])
  expect(endpoint.maxInFlight).toBe(1)
  // A connection test and ten requests of each.
  expect(endpoint.requests).toBe(33)
})

async function written(folder: string, type: string): Promise<void> {
  const isIt = (name: string): boolean => name.endsWith(type) && name !== 'summary.md'
  const changes = watch(folder)
  if (readdirSync(folder).some(isIt)) return
  for await (const { filename } of changes) if (filename !== null && isIt(filename)) return
}

function expectInterrupted(outputs: string): void {
  const json = readdirSync(outputs).filter((name) => name.endsWith('.json'))
  expect(json).toHaveLength(1)
  const result = resultSchema.parse(JSON.parse(readFileSync(join(outputs, json[0]!), 'utf8')))
  expect(result).toMatchObject({ name: 'long', interrupted: true })
  // All but the connection test, and nothing was cut short.
  const sent = endpoint.requests - 1
  expect(result.summary).toMatchObject({ totalRequests: sent, succeededRequests: sent })
}
