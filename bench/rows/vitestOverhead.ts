/** What a small perf test adds to a Vitest run: the time a developer waits who runs it on every save. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { abba, median, runText } from '../measure/index.ts'
import { met, type Row, spread, withTarget } from './row.ts'

const LIMIT_MS = 400
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')
const PROJECTS = join(ROOT, 'bench/vitest')

/** The scenario imports the package by its name, as a user's does: that is the built one. */
export const vitestOverhead: Row = {
  name: 'vitest run of one 15-request scenario, instant server, over an empty test',
  target: `≤ ${LIMIT_MS} ms more`,
  async run(context) {
    const outputs = mkdtempSync(join(tmpdir(), 'perfgate-bench-vitest-'))
    try {
      const { result, server } = await withTarget({ tokens: 16, seconds: 300 }, context, async ({ url }) => {
        const env = { ...process.env, BENCH_URL: url, BENCH_OUTPUTS: outputs }
        const timed = (project: string) => async (): Promise<number> => {
          const startedAt = performance.now()
          await runText(process.execPath, [VITEST, 'run', '--root', join(PROJECTS, project)], {
            core: undefined,
            timeoutMs: 60_000,
            env,
          })
          return performance.now() - startedAt
        }
        // The first run of each fills caches of Vite and of the file system.
        await timed('scenario')()
        await timed('empty')()
        return abba(context.quick ? 3 : 9, timed('scenario'), timed('empty'))
      })
      const more = median(result.a.map((ms, round) => ms - result.b[round]!))
      return {
        value: `${more.toFixed(0)} ms more`,
        verdict: met(more <= LIMIT_MS),
        detail: `with the scenario ${spread(result.a)} ms, empty ${spread(result.b)} ms${server}`,
      }
    } finally {
      rmSync(outputs, { recursive: true })
    }
  },
}
