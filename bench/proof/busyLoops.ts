/** Processes that do nothing but use a core, to make a client late. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type Core, pinned } from '../measure/index.ts'

/** Ends by itself when what started it is gone. */
const LOOP = 'const owner = process.ppid; while (process.ppid === owner) for (let i = 0; i < 1e7; i++);'

/** Does the work while `count` busy loops share its core. */
export async function besideBusyLoops<T>(count: number, core: Core | undefined, work: () => Promise<T>): Promise<T> {
  const loops = Array.from({ length: count }, () =>
    spawn(...pinned(core, process.execPath, ['-e', LOOP]), { stdio: 'ignore' }),
  )
  try {
    return await work()
  } finally {
    await Promise.all(loops.map(ended))
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
