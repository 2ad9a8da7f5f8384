/** Memory must not grow with the number of requests. */
import { type EngineFigures, runEngine } from '../engine/index.ts'
import { met, type Row, withTarget } from './row.ts'

const FROM = 10_000
const LIMIT_MIB = 30

export const memory: Row = {
  name: 'RSS growth from 10,000 to 1,000,000 requests',
  target: `≤ ${LIMIT_MIB} MiB`,
  async run(context) {
    const number = context.quick ? 60_000 : 1_000_000
    const { result, server } = await withTarget({ tokens: 8, seconds: 600 }, context, ({ url }, core) =>
      runEngine({ url, parallel: 64, number }, core),
    )
    const { start, end } = rssMiB(result, number)
    const growth = end - start
    return {
      value: `${growth.toFixed(0)} MiB${context.quick ? ` to ${number.toLocaleString('en')}` : ''}`,
      verdict: met(growth <= LIMIT_MIB),
      detail: `${start.toFixed(0)} MiB at ${FROM.toLocaleString('en')}, at most ${end.toFixed(0)} MiB in the last tenth, ${number.toLocaleString('en')} requests of 8 tokens with DB, ${result.summary.qps.toFixed(0)}/s${server}`,
    }
  },
}

/** At the first 10,000 requests, and the most that was seen in the last tenth. */
function rssMiB({ samples }: EngineFigures, number: number): { start: number; end: number } {
  const start = samples.find(({ done }) => done >= FROM)
  const last = samples.filter(({ done }) => done >= number * 0.9)
  if (start === undefined || last.length === 0)
    throw new Error('the run was too short to read its memory: too few samples')
  return { start: start.rssMiB, end: Math.max(...last.map(({ rssMiB }) => rssMiB)) }
}
