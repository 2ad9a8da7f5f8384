/** Measures whether a load thread itself kept up: its CPU share, event-loop delay and garbage collection. */
import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'

/** The delay monitor's timer interval; what it records above this is delay. */
const RESOLUTION_MS = 5

export interface ThreadHealth {
  worker: number
  /** CPU time of this thread over elapsed time, 0 to 1. */
  cpuShare: number
  /** Time in which the event loop had something to do over elapsed time: also high when the thread gets no CPU. */
  busyShare: number
  elapsedMs: number
  eventLoopDelayMs: { n: number; p50: number; p99: number; max: number }
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
    const n = this.#delay.count
    const delayMs = (nanoseconds: number): number => (n === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS))
    // In a short run the 99th percentile is one single hiccup: at least three late samples make a delay.
    const p99 = n <= 3 ? 0 : delayMs(this.#delay.percentile(Math.min(99, 100 * (1 - 3 / n))))
    return {
      worker,
      cpuShare: elapsedMs > 0 ? (user + system) / 1000 / elapsedMs : 0,
      busyShare: performance.eventLoopUtilization(this.#loop).utilization,
      elapsedMs,
      eventLoopDelayMs: {
        n,
        p50: delayMs(this.#delay.percentile(50)),
        p99,
        max: delayMs(this.#delay.max),
      },
      gcPauseMs: { total: this.#gcTotal, max: this.#gcMax },
      descriptorsExhausted,
      unsent,
    }
  }
}
