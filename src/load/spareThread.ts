/**
 * A load thread started ahead of its run: it loads and compiles what it needs while scenario, prompts and endpoint are
 * still being read.
 */
import { Worker } from 'node:worker_threads'
import { startCannedServer } from './cannedServer.ts'
import type { FromThread, ToThread } from './messages.ts'

const YOUNG_MIB = 24

let spare: Worker | undefined

/** Starts a thread for the next run, unless one waits already. It does not keep the process alive. */
export function prepareThread(): void {
  if (spare !== undefined) return
  const worker = startThread()
  spare = worker
  worker.unref()
  // One that dies before it was needed is replaced by a new one, whose error is then the run's.
  worker.once('error', () => forget(worker))
  worker.once('exit', () => forget(worker))
  void warm(worker)
}

/** The thread that was prepared, or a new one. */
export function takeThread(): Worker {
  const worker = spare ?? startThread()
  spare = undefined
  worker.ref()
  return worker
}

function forget(worker: Worker): void {
  if (spare === worker) spare = undefined
}

async function warm(worker: Worker): Promise<void> {
  const server = await startCannedServer()
  const done = (message: FromThread): void => {
    if (message.type !== 'warmed') return
    worker.off('message', done)
    server.close()
  }
  worker.on('message', done)
  worker.once('exit', () => server.close())
  worker.postMessage({ type: 'warm', port: server.port } satisfies ToThread)
}

function startThread(): Worker {
  // In a clone the sources run as they are; in the package, what was built from them.
  const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  return new Worker(file, {
    name: 'perfgate load',
    execArgv: [],
    // Left to itself the young generation grows to three times this, for no gain: what a request needs dies at once.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
}
