/** Ten thousand connections at once: each request succeeds, or is recorded with its cause. */
import { withEngineDb } from '../engine/index.ts'
import { startTarget } from '../target/index.ts'
import { mostInFlight, readBack } from './readBack.ts'
import { brokenOf, count, type Soak } from './soak.ts'

const TOKENS = 4

export const connections: Soak = {
  name: 'connections',
  what: 'ten thousand connections at once',
  async run(small) {
    const parallel = small ? 500 : 10_000
    const number = 2 * parallel
    // Long enough for all of them to be in flight together, however slowly they are started.
    const ttftUs = small ? 1_000_000 : 15_000_000
    const target = await startTarget({ tokens: TOKENS, ttftUs, seconds: 600 })
    try {
      const config = { url: target.url, parallel, number, totalTimeout: 300, onInvalid: 'warn' as const }
      return await withEngineDb(config, undefined, (figures, dbPath) => {
        const { samples, summary, errors, distributions, client } = figures
        const most = mostInFlight(dbPath)
        const back = readBack(dbPath)
        const recorded = Object.values(errors).reduce((sum, n) => sum + n, 0)
        const causes = Object.entries(errors).map(([cause, n]) => `${count(n)} ${cause}`)
        return {
          figures: [
            `${count(parallel)} connections, ${count(number)} requests: ${count(summary.succeededRequests)} succeeded, ${count(summary.failedRequests)} failed${causes.length === 0 ? '' : ` (${causes.join(', ')})`}`,
            `most in flight ${count(most)}; connecting: p99 ${(distributions['connect']?.p99 ?? Number.NaN).toFixed(1)} ms`,
            `peak RSS ${Math.max(...samples.map(({ rssMiB }) => rssMiB)).toFixed(0)} MiB, descriptors ${Math.max(...samples.map(({ descriptors }) => descriptors))}`,
            ...client.reasons,
          ],
          broken: brokenOf({
            'all connections are in use at once': most >= parallel,
            'every request has an outcome':
              summary.totalRequests === number && summary.succeededRequests + recorded === number,
            'every outcome is in the DB, once': back.rows === number && back.isGapless,
            'no cause is missing in the DB': back.withoutCause === 0,
          }),
        }
      })
    } finally {
      await target.close()
    }
  },
}
