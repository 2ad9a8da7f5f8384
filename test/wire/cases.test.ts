/** What servers really send, played from a raw socket to the command line: `cases/` holds the situations. */
import { globSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { answersOf, readCases, type WireCase } from './case.ts'
import { differences, type Outcome, readRows } from './compare.ts'
import { startWireServer } from './server.ts'

afterEach(() => void vi.unstubAllEnvs())

describe('what a server sends', () => {
  // A time that a busy machine disturbed is measured once more; anything else that is wrong stays wrong.
  it.for(readCases().map((one) => [one.name, one] as const))('%s', { retry: 1 }, async ([, one]) => {
    expect(differences(one, one.expect, await run(one)), one.why).toEqual([])
  })
})

async function run(one: WireCase): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'wire-'))
  const server = await startWireServer(answersOf(one))
  try {
    const args = [
      ...['--url', `http://127.0.0.1:${server.port}${one.path}`, '--model', 'm'],
      ...(one.prompt === null ? [] : ['--prompt', one.prompt]),
      ...['--number', String(one.requests), '--parallel', String(one.parallel)],
      ...(one.connectionTest ? [] : ['--no-test-connection']),
      // That this machine is busy is nothing that a case is about, and no reason to measure again.
      ...['--on-invalid', 'warn', '--workers', '1', '--json', '--no-timestamp', '--outputs-dir', folder],
      ...one.args,
    ]
    stubEnvironment(one.env)
    // In this process: to start one for each case would take most of the time.
    const world = fakeWorld({ env: one.env })
    const timer = setTimeout(() => world.signals.emit('SIGINT'), one.timeoutSeconds * 1000)
    const exitCode = await main(args, world)
    clearTimeout(timer)
    const [out, err] = [world.out(), world.err()]
    const result = parsed(out)
    const [db] = globSync('**/*.db', { cwd: folder })
    return {
      exitCode,
      verdict: result?.verdict,
      notes: [...(result?.notes ?? []), saidIn(err)].join('\n'),
      rows: db === undefined ? [] : readRows(join(folder, db)),
      requests: server.requests,
    }
  } finally {
    server.close()
  }
}

/** Without settings and keys of whoever runs the tests. */
function stubEnvironment(own: Record<string, string>): void {
  const inherited = Object.keys(process.env).filter((name) => /^PERFGATE_|_API_KEY$/.test(name))
  for (const name of inherited) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries({ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1', ...own }))
    vi.stubEnv(name, value)
}

/** stderr without tables, paths and the client's health, whose words are not about the answers. */
function saidIn(err: string): string {
  return err
    .replace(/^Client health:.*\n(?:[ -].*\n)*/gm, '')
    .split('\n')
    .filter((line) => !/^([+|]|Result (DB|JSON):|Harness overhead:)/.test(line))
    .join('\n')
}

function parsed(out: string): { verdict: string; notes: string[] } | undefined {
  try {
    return JSON.parse(out) as { verdict: string; notes: string[] }
  } catch {
    return undefined
  }
}
