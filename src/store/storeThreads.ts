/** The threads of this process that write result DBs: started ahead of a run where that is possible, kept for the next. */
import { Worker } from 'node:worker_threads'
import { RestingThreads } from '../threads/index.ts'

export const storeThreads = new RestingThreads(() => {
  const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  return new Worker(file, { name: 'perfgate store', execArgv: ['--disable-warning=ExperimentalWarning'] })
})

/** Starts a thread for the next run, unless one waits already: a run would wait for it before its first request. */
export function prepareStoreThread(): void {
  if (storeThreads.isEmpty) storeThreads.prepare()
}
