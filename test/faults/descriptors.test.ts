/** Too few file descriptors: said before the run where it can be known, and by their name where it cannot. */
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { classifyError } from '../../src/client/classify.ts'
import { ConfigError } from '../../src/config/index.ts'
import { connectionsOf, descriptorLimit, requireDescriptors } from '../../src/run/descriptors.ts'
import { folder, perfgateIn, resultOf } from './child.ts'

const level = {
  executor: 'shared-iterations' as const,
  parallel: 1000,
  number: Number.POSITIVE_INFINITY,
  rate: -1,
  durationMs: 1000,
  burstiness: 1,
  stages: [],
  timestamps: [],
  seed: 0,
}

describe('before the run', () => {
  test('a level needs a connection for each request in flight, and no more than it has requests', () => {
    expect(connectionsOf(level)).toBe(1000)
    expect(connectionsOf({ ...level, number: 12 })).toBe(12)
    // An open loop takes as many as the server makes it wait for.
    expect(connectionsOf({ ...level, executor: 'poisson', rate: 50 })).toBe(0)
  })

  test('the number that is needed is said, and how to get it', () => {
    const needs = { connections: 1000, embedded: false, open: 30 }
    expect(() => requireDescriptors({ ...needs, limit: 1094 })).not.toThrow()
    expect(() => requireDescriptors({ ...needs, limit: 1093 })).toThrow(ConfigError)
    expect(() => requireDescriptors({ ...needs, limit: 1093 })).toThrow(
      /1000 connections need about 1094 file descriptors .* the limit of this process is 1093; raise it with "ulimit -n 1094"/,
    )
    // The embedded server has the other ends.
    expect(() => requireDescriptors({ ...needs, embedded: true, limit: 2094 })).not.toThrow()
    expect(() => requireDescriptors({ ...needs, embedded: true, limit: 2093 })).toThrow('both ends in this process')
  })

  test.skipIf(process.platform === 'win32')('the limit is the one that the shell of this process would have', () => {
    expect(descriptorLimit()).toBe(Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })))
  })
})

test.skipIf(process.platform === 'win32')('a run that cannot work is refused before a request: exit 2', async () => {
  let connections = 0
  const server = createServer().on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { code, stderr } = await perfgateIn('ulimit -n 300; exec "$@"', [
    ...['--url', url, '--model', 'm', '--parallel', '350', '--number', '400', '--outputs-dir', folder()],
  ]).ended
  server.close()
  expect([code, stderr]).toEqual([2, expect.stringMatching(/350 connections need about \d+ .* is 300; raise it/)])
  expect(connections).toBe(0)
})

test.skipIf(process.platform === 'win32')(
  'in mid-run they are named as the cause, and the run is invalid',
  async () => {
    // Holds every answer back, so that each arrival of the open loop needs a connection of its own.
    const server = createServer((request, response) => {
      request.resume()
      setTimeout(() => response.end('{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}'), 4000)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const outputs = folder()
    const { code, stdout } = await perfgateIn('ulimit -n 150; exec "$@"', [
      ...['--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--model', 'm', '--no-stream'],
      ...['--open-loop', '--rate', '200', '--number', '300', '--outputs-dir', outputs, '--no-test-connection'],
    ]).ended
    server.close()
    const { errors, verdict, summary } = resultOf(outputs)
    expect(verdict).toBe('invalid')
    expect(code).toBe(1)
    expect(Object.keys(errors)).toEqual(['no-descriptors'])
    expect(summary.totalRequests).toBe(300)
    expect(stdout).toContain('for lack of file descriptors')
  },
)

test('both limits of a system have that cause', () => {
  for (const code of ['EMFILE', 'ENFILE'])
    expect(classifyError(Object.assign(new Error(code), { code }))).toBe('no-descriptors')
})
