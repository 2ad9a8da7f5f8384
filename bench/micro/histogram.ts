/** Recording a measured value: exact, in our histogram mode, and in the histogram alone. */
import { build } from 'hdr-histogram-js'
import { DistributionRecorder, EXACT_LIMIT } from '../../src/metrics/index.ts'
import type { MicroTask } from './task.ts'

const VALUES = 10_000

export function histogramTasks(): MicroTask[] {
  // Latencies as they are: log-normal around 20 ms.
  let state = 1
  const uniform = (): number => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  const values = Float64Array.from(
    { length: VALUES },
    () => 20 * Math.exp(Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) * 0.5),
  )
  const grown = new DistributionRecorder()
  for (let i = 0; i <= EXACT_LIMIT; i++) grown.add(values[i % VALUES]!)
  const histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  return [
    {
      name: 'distribution value: exact',
      pieces: VALUES,
      run: () => {
        const exact = new DistributionRecorder()
        for (const value of values) exact.add(value)
      },
    },
    {
      name: `distribution value: past ${EXACT_LIMIT.toLocaleString('en')} samples`,
      pieces: VALUES,
      run: () => {
        for (const value of values) grown.add(value)
      },
    },
    {
      name: 'distribution value: hdr-histogram-js alone',
      pieces: VALUES,
      run: () => {
        for (const value of values) histogram.recordValue(Math.round(value * 1000))
      },
    },
  ]
}
