/** `perfgate serve`, with a server that only writes down its options. */
import { expect, test } from 'vitest'
import { serveCommand } from '../../src/cli/commands/serve.ts'
import { fakeWorld } from './fakeWorld.ts'

test('starts the server with what the flags say, prints its URL, and stops it when interrupted', async () => {
  const world = fakeWorld()
  const calls: unknown[] = []
  const args = [
    '--port',
    '8000',
    '--ttft-ms',
    '20',
    '--output-tokens',
    '64',
    '--options',
    '{"seed":7,"ttft":{"kind":"normal","meanMs":1}}',
  ]
  const code = await serveCommand(args, world, async (options) => {
    calls.push(options)
    queueMicrotask(() => world.signals.emit('SIGTERM'))
    return { url: 'http://127.0.0.1:8000', close: async () => void calls.push('closed') }
  })
  expect(code).toBe(0)
  expect(calls).toEqual([{ port: 8000, ttft: { kind: 'constant', meanMs: 20 }, outputTokens: 64, seed: 7 }, 'closed'])
  expect(world.out()).toBe('perfgate: embedded server listening at http://127.0.0.1:8000\n')
  expect(world.signals.eventNames()).toEqual([])
})

test('a taken port is the fault of the flag', async () => {
  const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })
  const run = serveCommand(['--port', '8000'], fakeWorld(), () => Promise.reject(taken))
  await expect(run).rejects.toThrow('option --port: 8000 is taken by another program; choose another')
})

test.each([
  [['--port', 'http'], 'option --port: expected a number from 0 to 65535, got "http"'],
  [['--port', '70000'], 'option --port: expected a number from 0 to 65535, got "70000"'],
  [['--ttft-ms', '-1'], 'option --ttft-ms: expected a number, 0 or more, got "-1"'],
  [['--options', '[1]'], 'option --options: expected a JSON object, got [1]'],
  [['8000'], 'unexpected argument "8000"'],
])('%j is refused before anything starts', async (args, message) => {
  const run = serveCommand(args, fakeWorld(), () => Promise.reject(new Error('started')))
  await expect(run).rejects.toThrow(message)
})

test('faults and their seed become options of the server, one flag for each or one for all', async () => {
  for (const args of [
    ['--fault', 'reset-mid-stream:0.1', 'drip', '--fault-seed', '7'],
    ['--fault', 'reset-mid-stream:0.1', '--fault-seed', '7', '--fault', 'drip'],
  ]) {
    const world = fakeWorld()
    const calls: unknown[] = []
    await serveCommand(args, world, async (options) => {
      calls.push(options)
      queueMicrotask(() => world.signals.emit('SIGTERM'))
      return { url: 'http://127.0.0.1:8000', close: async () => {} }
    })
    expect(calls).toEqual([{ faults: ['reset-mid-stream:0.1', 'drip'], faultSeed: 7 }])
  }
})
