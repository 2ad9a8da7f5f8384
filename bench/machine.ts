/** Names the machine a table was measured on. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

/** For instance `AMD EPYC, 2 cores, 24 GiB, Linux 6.8.0, Node 24.21.0`. */
export function machine(): string {
  const cores = availableParallelism()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${model}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memoryGiB} GiB, ${type()} ${release()}, Node ${process.versions.node}`
}
