/** Measures whether a load thread itself kept up: its CPU share, event-loop delay and garbage collection. */
import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import { type Stall, waitOfShare } from './stalls.ts'

/** The delay monitor's timer interval; what it records above this is delay. */
const RESOLUTION_MS = 5

export interface ThreadHealth {
  worker: number
  /** CPU time of this thread over elapsed time, 0 to 1. */
  cpuShare: number
  /** Time in which the event loop had something to do over elapsed time: also high when the thread gets no CPU. */
  busyShare: number
  elapsedMs: number
  /** How long a moment waits for the event loop; `max` is the longest stall. */
  eventLoopDelayMs: { p50: number; p99: number; max: number }
  gcPauseMs: { total: number; max: number }
  descriptorsExhausted: number
  unsent: number
}

export class HealthMonitor {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #gcTotal = 0
  #gcMax = 0
  #cpu = process.threadCpuUsage()
  #startedAt = 0
  #loop: EventLoopUtilization = performance.eventLoopUtilization()

  constructor() {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.#gcTotal += duration
        this.#gcMax = Math.max(this.#gcMax, duration)
      }
    }).observe({ entryTypes: ['gc'] })
  }

  start(): void {
    this.#gcTotal = 0
    this.#gcMax = 0
    this.#delay.reset()
    this.#delay.enable()
    this.#cpu = process.threadCpuUsage()
    this.#loop = performance.eventLoopUtilization()
    this.#startedAt = performance.now()
  }

  stop(worker: number, descriptorsExhausted: number, unsent: number): ThreadHealth {
    const elapsedMs = performance.now() - this.#startedAt
    const { user, system } = process.threadCpuUsage(this.#cpu)
    this.#delay.disable()
    const stalls = this.#stalls()
    return {
      worker,
      cpuShare: elapsedMs > 0 ? (user + system) / 1000 / elapsedMs : 0,
      busyShare: performance.eventLoopUtilization(this.#loop).utilization,
      elapsedMs,
      eventLoopDelayMs: {
        p50: waitOfShare(stalls, elapsedMs, 0.5),
        p99: waitOfShare(stalls, elapsedMs, 0.99),
        max: stalls[0]?.ms ?? 0,
      },
      gcPauseMs: { total: this.#gcTotal, max: this.#gcMax },
      descriptorsExhausted,
      unsent,
    }
  }

  /** The late firings, longest first: one by one at first, then in groups that grow, as there may be many. */
  #stalls(): Stall[] {
    const n = this.#delay.count
    const stalls: Stall[] = []
    for (let k = 0, count = 1; k < n; k += count) {
      count = Math.min(n - k, Math.max(1, k >> 4))
      const ms = this.#delay.percentile((100 * (n - k)) / n) / 1e6 - RESOLUTION_MS
      if (ms <= 0) break
      stalls.push({ ms, count })
    }
    return stalls
  }
}
