/** A load thread: nothing runs here but the load, so that its clock can be trusted. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadApi } from '../apis/index.ts'
import { BatchWriter, batchBuffers } from '../samples/index.ts'
import { Bodies } from './bodies.ts'
import { calibrate } from './calibrate.ts'
import { ConversationBook } from './conversationBook.ts'
import { Counters } from './counters.ts'
import { Engine } from './engine.ts'
import type { FromThread, ThreadSetup, ToThread } from './messages.ts'
import { HealthMonitor } from './threadHealth.ts'

/** Finished requests leave this thread at least this often, so that a killed process loses little. */
const FLUSH_MS = 200

const setup = workerData as ThreadSetup
for (const url of setup.imports ?? []) await import(url)
const port = parentPort!
const writer = new BatchWriter(setup.worker)
const counters = new Counters(setup.workers, setup.counters)
const health = new HealthMonitor()
const api = await loadApi(setup.api)
const engine = new Engine({
  target: {
    api,
    origin: setup.origin,
    path: setup.path,
    headers: setup.headers,
    stream: setup.stream,
    connectTimeoutMs: setup.connectTimeoutMs,
    readTimeoutMs: setup.readTimeoutMs,
  },
  bodies: new Bodies(setup.bodies),
  counters,
  conversations: setup.conversations && new ConversationBook(setup.conversations, api),
  worker: setup.worker,
  workers: setup.workers,
  totalTimeoutMs: setup.totalTimeoutMs,
  writer,
  onBatchDue: flush,
})

const flusher = setInterval(() => {
  counters.beat(setup.worker)
  flush()
}, FLUSH_MS)

port.on('message', async (message: ToThread) => {
  switch (message.type) {
    case 'calibrate':
      send({ type: 'calibrated', overheadMs: await calibrate(message.port) })
      return
    case 'preconnect':
      await engine.preconnect(message.count)
      send({ type: 'preconnected' })
      return
    case 'phase': {
      health.start()
      await engine.runPhase(message)
      const report = health.stop(setup.worker, engine.descriptorsExhausted, engine.unsent)
      flush()
      send({ type: 'phaseDone', health: report, connectMs: engine.connectMs.splice(0) })
      return
    }
    case 'stop':
      engine.stop(message.graceMs)
      return
    case 'close':
      clearInterval(flusher)
      engine.close()
      port.close()
  }
})

function flush(): void {
  if (writer.count === 0) return
  const batch = writer.take()
  port.postMessage({ type: 'batch', batch } satisfies FromThread, batchBuffers(batch))
}

function send(message: FromThread): void {
  port.postMessage(message)
}
