/** The hot parts one by one, with tinybench. */
import { Bench } from 'tinybench'
import { histogramTasks } from './histogram.ts'
import { sseTasks } from './sse.ts'
import type { MicroTask } from './task.ts'
import { tokenTasks } from './tokens.ts'

export interface MicroResult {
  name: string
  /** Median time of one piece of work (an event, a value, a token). */
  nanoseconds: number
}

export async function runMicro(quick: boolean): Promise<MicroResult[]> {
  const tasks: MicroTask[] = [...sseTasks(), ...histogramTasks(), ...(await tokenTasks())]
  const bench = new Bench({ time: quick ? 300 : 1500, warmupTime: quick ? 100 : 300 })
  for (const { name, run } of tasks) bench.add(name, run)
  await bench.run()
  return tasks.map(({ name, pieces }) => {
    const { result } = bench.getTask(name)!
    if (!('latency' in result))
      throw new Error(`micro-benchmark "${name}": ${'error' in result ? String(result.error) : result.state}`)
    return { name, nanoseconds: (result.latency.p50 * 1e6) / pieces }
  })
}
