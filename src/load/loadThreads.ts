/** The load threads of this process: started ahead of a run where that is possible, and kept for the next one. */
import { Worker } from 'node:worker_threads'
import { RestingThreads } from '../threads/index.ts'
import type { ToThread } from './messages.ts'

const YOUNG_MIB = 48

export const loadThreads = new RestingThreads(() => {
  // In a clone the sources run as they are; in the package, what was built from them.
  const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  return new Worker(file, {
    name: 'perfgate load',
    execArgv: [],
    // V8's own limit is half as much again, which brings no more; with half of this, what is in flight fills the old
    // generation, whose collections take 10 ms.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
})

/**
 * Starts a thread for the next run, unless one waits already: it loads and compiles what it needs while scenario, prompts
 * and endpoint are still being read.
 */
export function prepareThread(): void {
  if (loadThreads.isEmpty) loadThreads.prepare().postMessage({ type: 'warm' } satisfies ToThread)
}
