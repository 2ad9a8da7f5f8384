/** Which process writes a run's files, and whether it still does: what lies there "running" may have been killed. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Owner {
  pid: number
  /** Stands for the machine's name, which is nobody's business. */
  host: string
  /** What tells this process from a later one with the same number; null where the system does not say. */
  started: string | null
}

export function ownProcess(): Owner {
  return { pid: process.pid, host: thisHost(), started: processStat(process.pid)?.started ?? null }
}

/**
 * @param owner as it was read back from a file
 * @returns undefined where it cannot be known: it runs, or ran, on another machine, or the file does not say
 */
export function isAlive(owner: unknown): boolean | undefined {
  const { pid, host, started } = (typeof owner === 'object' && owner !== null ? owner : {}) as Partial<Owner>
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || host !== thisHost()) return undefined
  const stat = processStat(pid)
  if (stat !== undefined) return stat.state !== 'Z' && (typeof started !== 'string' || stat.started === started)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function thisHost(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 16)
}

/** Linux alone says it; see proc_pid_stat(5), fields 3 and 22. The command's name before them may hold anything. */
function processStat(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, started] = [fields[0], fields[19]]
    return state === undefined || started === undefined ? undefined : { state, started }
  } catch {
    return undefined
  }
}
