/** Files of others, with bytes changed: commands that read them end with a sentence, whatever is in them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from '../report/madeDb.ts'
import { madeRow } from '../report/rows.ts'
import { mutated, mutations } from './eventStream.ts'
import { extent, TIMEOUT_MS } from './extent.ts'

/** No command takes as long; one that does is taken for one that hangs. */
const HANG_MS = 10_000
const SECRET = 'sk-PLANTED0123456789'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const made = madeDb(
  [0, 1, 2].map((index) => madeRow(index)),
  {},
  folder,
  'sound',
)
const FILES: Record<string, { bytes: Buffer; commands: (path: string) => string[][] }> = {
  'scenario.yaml': {
    bytes: Buffer.from(
      `name: chat\nconfig:\n  url: http://127.0.0.1:1/v1\n  apiKey: ${SECRET}\n  parallel: [1, 2]\n  headers: { x-token: ${SECRET} }\nthresholds:\n  p99(latency): <= 1 s\neach:\n  maxTokens: [1, 2]\n`,
    ),
    commands: (path) => [[path, '--print-config', '--no-config']],
  },
  'config.json': {
    bytes: Buffer.from(
      JSON.stringify(
        { url: 'http://127.0.0.1:1', apiKey: SECRET, extraArgs: { a: [1, { b: null }] }, thresholds: { qps: '> 1' } },
        null,
        1,
      ),
    ),
    commands: (path) => [['--config', path, '--print-config']],
  },
  'result.json': {
    bytes: readFileSync(made.json),
    commands: (path) => [
      ['export', path, '--format', 'summary', '--out', join(folder, 'out.md')],
      ['report', path, '--out', join(folder, 'out.html')],
    ],
  },
  'run.db': {
    bytes: readFileSync(made.db),
    commands: (path) => [
      ['export', path, '--format', 'csv', '--out', join(folder, 'out.csv')],
      ['report', path, '--out', join(folder, 'out.html')],
      ['recover', path],
    ],
  },
}

describe('a file with bytes changed', () => {
  it.each(Object.keys(FILES))(
    '%s: exit code, a sentence, no secret, and in time',
    async (name) => {
      const { bytes, commands } = FILES[name]!
      await fc.assert(
        fc.asyncProperty(mutations(4), async (changes) => {
          for (const words of commands(join(folder, name))) {
            writeFileSync(join(folder, name), mutated(bytes, changes))
            const world = fakeWorld({ env: {} })
            const startedAt = performance.now()
            const code = await main(words, world)
            expect(performance.now() - startedAt).toBeLessThan(HANG_MS)
            expect([0, 1, 2]).toContain(code)
            // A stack is told of what nobody thought of.
            expect(world.err()).not.toMatch(/\n {4}at /)
            expect(world.out() + world.err()).not.toContain(SECRET)
          }
        }),
        extent(60),
      )
    },
    TIMEOUT_MS,
  )
})
