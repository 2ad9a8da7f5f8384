/** 200,000 stored rows a minute, kept up; all of them are read back and held against what the target says it served. */
import { withEngineDb } from '../engine/index.ts'
import { startTarget } from '../target/index.ts'
import { readBack } from './readBack.ts'
import { brokenOf, count, type Soak } from './soak.ts'

const TOKENS = 16
const WANTED_PER_MINUTE = 200_000

export const rows: Soak = {
  name: 'rows',
  what: `${count(WANTED_PER_MINUTE)} stored rows a minute, read back`,
  async run(small) {
    const duration = small ? 3 : 60
    const target = await startTarget({ tokens: TOKENS, seconds: 300 })
    const began = performance.now()
    const config = { url: target.url, parallel: 32, duration, store: 'full' as const }
    const { summary, back, seconds } = await withEngineDb(config, undefined, (figures, dbPath) => ({
      summary: figures.summary,
      seconds: (performance.now() - began) / 1000,
      back: readBack(dbPath),
    }))
    const served = await target.close()
    // Until the last row was on disk and the process had ended: nothing is left out of the time.
    const perMinute = (back.rows / seconds) * 60
    return {
      figures: [
        `${count(back.rows)} rows in ${seconds.toFixed(1)} s with start and end: ${count(Math.round(perMinute))} a minute, ${(back.bytes / back.rows).toFixed(0)} bytes each`,
        `read back: indices 0 to ${count(back.rows - 1)}, each once; ${count(back.outputTokens)} output tokens; the target served ${served === undefined ? 'an unknown number' : `${count(served.requests)} requests of ${count(served.tokens)} tokens`}`,
      ],
      broken: brokenOf({
        [`${count(WANTED_PER_MINUTE)} rows a minute (${count(Math.round(perMinute))})`]:
          // Starting takes as long as a small run.
          small || perMinute >= WANTED_PER_MINUTE,
        'as many rows as requests': back.rows === summary.totalRequests && back.isGapless,
        'as many as the target served': served === undefined || served.requests === back.rows,
        'no token is lost': back.outputTokens === TOKENS * summary.succeededRequests,
        'every row has its answer': back.emptyTexts === 0,
      }),
    }
  },
}
