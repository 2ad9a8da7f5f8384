/** Says before the run that there are too few file descriptors for its connections, and how many it needs. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { ConfigError } from '../config/index.ts'
import { executorNamed, type Level } from '../load/index.ts'

/** Beside connections and what is open already: result DB, event loops of threads, what Node opens now and then. */
const RESERVE = 64
/** Any system lets a process have so many; it is not asked then. */
const ALWAYS = 100

export interface DescriptorNeeds {
  connections: number
  /** The embedded server is in this process: it has the other end of each connection. */
  embedded: boolean
  /** Files that this process may have open at once; undefined: unknown. For tests. */
  limit?: number | undefined
  /** Files that it has open. For tests. */
  open?: number
}

/** @throws ConfigError when the run cannot have the connections it asks for */
export function requireDescriptors({ connections, embedded, limit, open }: DescriptorNeeds): void {
  if (connections <= ALWAYS) return
  const allowed = limit ?? descriptorLimit()
  if (allowed === undefined) return
  const sockets = connections * (embedded ? 2 : 1)
  const rest = RESERVE + (open ?? openDescriptors())
  const needed = sockets + rest
  if (needed <= allowed) return
  throw new ConfigError(
    `option "parallel": ${connections} connections${embedded ? ', both ends in this process,' : ''} need about ${needed} file descriptors (${rest} of them for files and threads), but the limit of this process is ${allowed}; raise it with "ulimit -n ${needed}" before the run (where the hard limit is lower: as root, in /etc/security/limits.conf, or docker run --ulimit nofile=${needed}), or lower parallel`,
    'parallel',
  )
}

/**
 * Connections that a level is sure to hold at once. An open loop takes as many as the server makes it wait for: what it
 * will need is not known, so 0.
 */
export function connectionsOf(level: Level): number {
  const executor = executorNamed(level.executor)
  return executor.kind === 'open' ? 0 : Math.min(executor.peak(level), level.number)
}

/**
 * The soft limit on open files; undefined where there is none. Node raises it to the hard limit when it starts, so this
 * is what counts.
 */
export function descriptorLimit(): number | undefined {
  if (process.platform === 'win32') return undefined
  const text = process.platform === 'linux' ? limitOfLinux() : spawnSync('sh', ['-c', 'ulimit -n']).stdout?.toString()
  const limit = Number.parseInt(text ?? '', 10)
  return Number.isNaN(limit) ? undefined : limit
}

function limitOfLinux(): string | undefined {
  try {
    return /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

function openDescriptors(): number {
  try {
    return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length
  } catch {
    return RESERVE
  }
}
