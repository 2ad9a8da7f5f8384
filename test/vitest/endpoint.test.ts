import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { resultSchema } from '../../src/result/schema.ts'
import { finished, projectPath, runVitest, startNode, startVitest, testFolder } from './childVitest.ts'
import { startEndpoint } from './endpoint.ts'
import { readJUnit } from './junit.ts'

test('an endpoint that does not answer fails the test with what was tried and what the server said', async () => {
  const refusing = await startEndpoint({ status: 401, message: 'Incorrect API key provided' })
  const folder = testFolder()
  const xml = join(folder, 'junit.xml')
  const nobody = await unusedPort()
  const { code } = await runVitest('endpoint', ['endpoint.perf', '--reporter=junit', `--outputFile=${xml}`], {
    NOBODY: `http://127.0.0.1:${nobody}/v1/chat/completions`,
    REFUSING: refusing.url,
    OUTPUTS: folder,
  })
  await refusing.close()
  const [down, refused, failing] = readJUnit(xml).map(({ failure }) => failure!)
  expect(code).toBe(1)

  expect(down!.type).toBe('EndpointError')
  expect(down!.message).toContain(`127.0.0.1:${nobody}`)
  expect(refused!.type).toBe('EndpointError')
  expect(refused!.message).toMatch(/401[\s\S]*Incorrect API key provided/)
  expect(failing!.type).toBe('LoadError')
  expect(failing!.message).toMatch(
    /every one of 3 requests failed:\s+3 × http-4xx \(HTTP 401\): .*Incorrect API key provided/,
  )
  for (const failure of [down!, refused!, failing!]) expect(failure.text).not.toMatch(/\.ts:\d+/)
  // One connection test, and three requests of the test that goes without one.
  expect(refusing.requests).toBe(4)
})

test('cancelling the run stops the load, keeps what was measured, and skips the rest', async () => {
  const endpoint = await startEndpoint({ afterMs: 20 })
  const folder = testFolder()
  const child = startNode(projectPath('endpoint'), ['cancelWhenTold.ts'], { ENDPOINT: endpoint.url, OUTPUTS: folder })
  const ended = finished(child)
  await endpoint.request(6)
  child.send('cancel')
  const { stdout, code } = await ended
  const { requests, inFlight } = endpoint
  await endpoint.close()

  expect(code).toBe(1)
  expect(inFlight).toBe(0)
  expect(requests).toBeLessThan(1000)
  expect(stdout).toMatch(/↓ \|perf\| long\.perf\.ts > long.*aborted/)
  expect(stdout.match(/Benchmarking summary:/g)).toHaveLength(1)
  const json = readdirSync(folder).find((name) => name.endsWith('.json'))!
  const result = resultSchema.parse(JSON.parse(readFileSync(join(folder, json), 'utf8')))
  expect(result).toMatchObject({ name: 'long', interrupted: true })
  // All but the connection test, and nothing was cut short.
  expect(result.summary).toMatchObject({ totalRequests: requests - 1, succeededRequests: requests - 1 })
})

test('with bail, no load is sent after the first perf test that failed', async () => {
  const endpoint = await startEndpoint({ afterMs: 20 })
  const folder = testFolder()
  const run = await runVitest('endpoint', ['bail.perf', '--bail', '1'], { ENDPOINT: endpoint.url, OUTPUTS: folder })
  const { requests, inFlight } = endpoint
  await endpoint.close()
  expect(run.code).toBe(1)
  // The connection test and the three requests of the test that failed.
  expect({ requests, inFlight }).toEqual({ requests: 4, inFlight: 0 })
  expect(readdirSync(folder).filter((name) => name.endsWith('.db'))).toHaveLength(1)
})

test('when Vitest itself is killed, its worker and the load end too, and the DB is sound', async () => {
  const endpoint = await startEndpoint({ afterMs: 20 })
  const folder = testFolder()
  const child = startVitest('endpoint', ['run', 'long.perf'], { ENDPOINT: endpoint.url, OUTPUTS: folder })
  const ended = finished(child)
  await endpoint.request(60)
  child.kill('SIGKILL')
  await ended
  // The worker notices that nobody is there any more; what it has sent by then is answered.
  await expect.poll(() => endpoint.inFlight, { timeout: 20_000 }).toBe(0)
  const { requests } = endpoint
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(endpoint.requests).toBe(requests)
  await endpoint.close()
  const name = readdirSync(folder).find((file) => file.endsWith('.db'))!
  const db = new DatabaseSync(join(folder, name), { readOnly: true })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.prepare('SELECT count(*) AS n FROM result').get()!['n']).toBeGreaterThan(10)
  db.close()
})

/** Of a server that has just closed. */
async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
