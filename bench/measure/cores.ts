/** Which core each side of a measurement runs on, so that client and target do not take time from each other. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type Core = number

export interface Cores {
  /** Where a client under measurement runs; undefined: wherever the system puts it. */
  client: Core | undefined
  target: Core | undefined
}

/** One core for the client and one for the target, where there are two and `taskset` can pin to them. */
export function chooseCores(): Cores {
  const allowed = allowedCores()
  if (allowed.length < 2 || spawnSync('taskset', ['--version']).status !== 0)
    return { client: undefined, target: undefined }
  return { client: allowed[0], target: allowed[1] }
}

/** The command line that runs `command` on one core. */
export function pinned(
  core: Core | undefined,
  command: string,
  args: readonly string[],
): [command: string, args: string[]] {
  return core === undefined ? [command, [...args]] : ['taskset', ['-c', String(core), command, ...args]]
}

function allowedCores(): Core[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number)
      return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
    })
  } catch {
    return []
  }
}
