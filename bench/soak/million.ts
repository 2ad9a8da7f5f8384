/** A million requests through the whole pipeline: memory and descriptors stay flat, and every request is in the DB. */
import { withEngineDb } from '../engine/index.ts'
import { startTarget } from '../target/index.ts'
import { readBack } from './readBack.ts'
import { brokenOf, count, type Soak } from './soak.ts'

const TOKENS = 8
const PARALLEL = 64
const GROWTH_MIB = 30
/** Growth counts from here on, as a share of the requests and as their number: before, code is compiled. */
const FROM = 10_000

export const million: Soak = {
  name: 'million',
  what: 'one million requests, flat memory and descriptors',
  async run(small) {
    const number = small ? 20_000 : 1_000_000
    const from = Math.min(FROM, number / 2)
    const target = await startTarget({ tokens: TOKENS, seconds: 900 })
    try {
      return await withEngineDb({ url: target.url, parallel: PARALLEL, number }, undefined, (figures, dbPath) => {
        const { samples, summary } = figures
        const counted = samples.filter(({ done }) => done >= from)
        const late = samples.filter(({ done }) => done >= number * 0.9)
        const start = counted[0]?.rssMiB ?? Number.NaN
        const end = Math.max(...late.map(({ rssMiB }) => rssMiB))
        const descriptors = counted.map((sample) => sample.descriptors)
        const [fewest, most] = [Math.min(...descriptors), Math.max(...descriptors)]
        const back = readBack(dbPath)
        return {
          figures: [
            `${count(number)} requests of ${TOKENS} tokens, ${PARALLEL} in parallel: ${summary.qps.toFixed(0)}/s, ${summary.failedRequests} failed`,
            `RSS ${start.toFixed(0)} MiB at ${count(from)}, at most ${end.toFixed(0)} MiB in the last tenth (highest of all: ${Math.max(...samples.map(({ rssMiB }) => rssMiB)).toFixed(0)})`,
            `descriptors ${fewest} to ${most}; ${count(back.rows)} rows in the DB`,
          ],
          broken: brokenOf({
            [`memory grows by at most ${GROWTH_MIB} MiB (it grew by ${(end - start).toFixed(0)})`]:
              // In a few seconds the heap has not found its size yet.
              small || end - start <= GROWTH_MIB,
            [`descriptors stay the same (${fewest} to ${most})`]: most - fewest <= 2,
            'every request succeeds': summary.succeededRequests === number,
            'every request is in the DB, once': back.rows === number && back.isGapless,
          }),
        }
      })
    } finally {
      await target.close()
    }
  },
}
