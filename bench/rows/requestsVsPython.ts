/** Requests per second against the usual Python client: what a user of one gains. */
import { runEngine } from '../engine/index.ts'
import { abba, medianRatio } from '../measure/index.ts'
import { isMissing, pythonThroughput } from '../peers/index.ts'
import { met, type Row, SkipRow, spread, withTarget } from './row.ts'

const CONNECTIONS = 64
const WANTED = 8

export const requestsVsPython: Row = {
  name: 'requests/s, 64 tokens in one write, 64 connections: ours / Python aiohttp',
  target: `≥ ${WANTED} ×`,
  async run(context) {
    const number = context.quick ? 20_000 : 60_000
    const pythonRequests = context.quick ? 1500 : 5000
    const { result, server } = await withTarget({ tokens: 64, seconds: 300 }, context, async ({ url }, core) => {
      const ours = async (): Promise<number> =>
        (await runEngine({ url, parallel: CONNECTIONS, number }, core)).summary.qps
      const python = async (): Promise<number> => {
        const figures = await pythonThroughput(url, CONNECTIONS, pythonRequests, core)
        if (isMissing(figures)) throw new SkipRow(figures.missing)
        return figures.rps
      }
      return abba(context.quick ? 2 : 5, ours, python)
    })
    const ratio = medianRatio(result, (rps) => rps)
    return {
      value: `${ratio.toFixed(1)} ×`,
      verdict: met(ratio >= WANTED),
      detail: `ours ${spread(result.a)}/s, Python ${spread(result.b)}/s${server}`,
    }
  },
}
