/** How much of the machine other work used meanwhile: figures from a busy machine are not worth much. */
import { readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100

interface CpuCount {
  atMs: number
  /** Of the whole machine, what a hypervisor took for others included; seconds. */
  machine: number
  /** Of this process and its ended children; seconds. */
  own: number
}

/** Call the function it gives for the number of cores that were busy with other work since; undefined off Linux. */
export function watchDisturbance(): () => number | undefined {
  const before = count()
  return () => {
    const after = count()
    if (before === undefined || after === undefined) return undefined
    const other = after.machine - before.machine - (after.own - before.own)
    return Math.max(0, other / ((after.atMs - before.atMs) / 1000))
  }
}

function count(): CpuCount | undefined {
  try {
    const [user, nice, system, , , irq, softIrq, steal] = fields(
      /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))![1]!,
    )
    // The name in the second field may hold anything; the fields after it are counted from its closing bracket.
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const [utime, stime, cutime, cstime] = fields(stat.slice(stat.lastIndexOf(')') + 2)).slice(11)
    return {
      atMs: performance.now(),
      machine: (user! + nice! + system! + irq! + softIrq! + steal!) / TICKS_PER_SECOND,
      own: (utime! + stime! + cutime! + cstime!) / TICKS_PER_SECOND,
    }
  } catch {
    return undefined
  }
}

function fields(text: string): number[] {
  return text.trim().split(/\s+/).map(Number)
}
