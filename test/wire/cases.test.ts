/** What servers really send, played from a raw socket to the built command line: `cases/` holds the situations. */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { BIN } from '../program.ts'
import { answersOf, readCases, type WireCase } from './case.ts'
import { differences, type Outcome, readRows } from './compare.ts'
import { startWireServer } from './server.ts'

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
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...ownEnvironment(), NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1', ...one.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: one.timeoutSeconds * 1000,
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const [out, err, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
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
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('PERFGATE_') && !name.endsWith('_API_KEY')),
  )
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
