/** Requests per second against undici throwing answers away: how much of what Node can do is left. */
import { discardWithUndici } from '../baseline/index.ts'
import { cpuUsPerRequest, loadThreadCpuUsPerRequest, runEngine } from '../engine/index.ts'
import { abba, medianRatio } from '../measure/index.ts'
import { autocannon, isMissing, wrk } from '../peers/index.ts'
import { met, type Row, spread, withTarget } from './row.ts'

const CONNECTIONS = 64
const WANTED = 0.6

interface Cost {
  rps: number
  /** Of the whole process, for one request. */
  cpuUs: number
  /** Of the thread that sends, for one request. */
  threadUs: number
}

export const requestsVsUndici: Row = {
  name: 'requests/s, the same: ours / undici discarding bytes',
  target: `≥ ${WANTED} ×`,
  async run(context) {
    const number = context.quick ? 60_000 : 200_000
    const seconds = context.quick ? 1 : 5
    const { result, server } = await withTarget({ tokens: 64, seconds: 300 }, context, async ({ url }, core) => {
      const ours = async (): Promise<Cost> => {
        const figures = await runEngine({ url, parallel: CONNECTIONS, number }, core)
        return {
          rps: figures.summary.qps,
          cpuUs: cpuUsPerRequest(figures),
          threadUs: loadThreadCpuUsPerRequest(figures),
        }
      }
      // A Client for each connection is the fastest way undici has.
      const undici = async (): Promise<Cost> => {
        const { rps, cpuUsPerRequest: cpuUs } = await discardWithUndici(
          { url, mode: 'clients', connections: CONNECTIONS, warmup: 600, requests: number },
          core,
        )
        return { rps, cpuUs, threadUs: cpuUs }
      }
      const paired = await abba(context.quick ? 2 : 5, ours, undici)
      return {
        paired,
        others: [
          ['wrk', await wrk(url, CONNECTIONS, seconds, core)],
          ['autocannon', await autocannon(url, CONNECTIONS, seconds, core)],
        ] as const,
      }
    })
    const { paired, others } = result
    const ratio = medianRatio(paired, ({ rps }) => rps)
    const of = (costs: Cost[], figure: keyof Cost): string => spread(costs.map((cost) => cost[figure]))
    const peers = others.map(([name, figures]) =>
      isMissing(figures) ? figures.missing : `${name} ${spread([figures.rps])}/s`,
    )
    return {
      value: `${ratio.toFixed(2)} ×`,
      verdict: met(ratio >= WANTED),
      detail: `ours ${of(paired.a, 'rps')}/s at ${of(paired.a, 'cpuUs')} µs CPU each, of which the load thread ${of(paired.a, 'threadUs')} µs; undici ${of(paired.b, 'rps')}/s at ${of(paired.b, 'cpuUs')} µs; ${peers.join('; ')}${server}`,
    }
  },
}
