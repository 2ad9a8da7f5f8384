/** A load thread: nothing runs here but the load, so that its clock can be trusted. */
import { clearInterval, setInterval } from 'node:timers'
import { parentPort } from 'node:worker_threads'
import { type Api, loadApi } from '../apis/index.ts'
import { addRunQueueDelay, noteWork, type Target } from '../client/index.ts'
import { BatchWriter } from '../samples/index.ts'
import { secretsFrom, withoutQuotes } from '../secrets/index.ts'
import { Bodies } from './bodies.ts'
import { calibrate, warm } from './calibrate.ts'
import { ConversationBook } from './conversationBook.ts'
import { Counters } from './counters.ts'
import { Engine } from './engine.ts'
import type { FromThread, ThreadSetup, ToThread } from './messages.ts'
import { HealthMonitor } from './threadHealth.ts'

/** Finished requests leave this thread at least this often, so that a killed process loses little. */
const FLUSH_MS = 50

const port = parentPort!
const health = new HealthMonitor()
let run: Promise<Run> | undefined

/** What this thread works with once it knows its run. */
interface Run {
  worker: number
  engine: Engine
  flush: () => void
  /** Ends the regular flushing. */
  end: () => void
}

port.on('message', async (message: ToThread) => {
  if (message.type === 'warm') {
    await warm()
    return
  }
  if (message.type === 'setup') {
    run = start(message.setup)
    return
  }
  // Messages come in order, but the user's modules may still be loading.
  const { worker, engine, flush, end } = await run!
  switch (message.type) {
    case 'calibrate':
      send({ type: 'calibrated', overheadMs: await calibrate(message) })
      return
    case 'preconnect':
      await engine.preconnect(message.count)
      send({ type: 'preconnected' })
      return
    case 'phase': {
      health.start()
      await engine.runPhase(message)
      const report = health.stop(worker, engine.descriptorsExhausted, engine.unsent)
      flush()
      const connections = { opened: engine.connectionsOpened, http2: engine.http2Connections }
      send({ type: 'phaseDone', health: report, connectMs: engine.connectMs.splice(0), connections })
      return
    }
    case 'end':
      engine.end()
      return
    case 'stop':
      engine.stop(message.graceMs)
      return
    case 'close':
      end()
      engine.close()
      run = undefined
      if (message.rest) send({ type: 'closed' })
      else port.close()
  }
})

async function start(setup: ThreadSetup): Promise<Run> {
  const writer = new BatchWriter(setup.worker)
  const counters = new Counters(setup.workers, setup.counters)
  const flush = (): void => {
    if (writer.count === 0) return
    const batch = writer.take()
    addRunQueueDelay(batch)
    send({ type: 'batch', batch })
  }
  const flusher = setInterval(() => {
    counters.beat(setup.worker)
    flush()
    noteWork()
  }, FLUSH_MS)
  for (const url of setup.imports ?? []) await import(url)
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
      route: setup.route,
      maxEventBytes: setup.maxEventBytes,
      choices: setup.choices,
      allowEmpty: setup.allowEmpty,
      failureText: failureWords(setup),
      itemsAsked: itemsAsked(api),
    },
    bodies: new Bodies(setup.bodies),
    counters,
    conversations: setup.conversations && new ConversationBook(setup.conversations, api),
    worker: setup.worker,
    workers: setup.workers,
    shard: setup.shard,
    totalTimeoutMs: setup.totalTimeoutMs,
    writer,
    onBatchDue: flush,
  })
  return { worker: setup.worker, engine, flush, end: () => clearInterval(flusher) }
}

/** Counted once for each body: a dataset's are sent again and again. */
function itemsAsked(api: Api): Target['itemsAsked'] {
  const countOf = api.answersOf ?? api.itemsOf
  if (countOf === undefined) return undefined
  const counts = new Map<number, number>()
  return (body, bytes) => {
    const known = counts.get(body)
    if (known !== undefined) return known
    const count = countOf(JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>)
    counts.set(body, count)
    return count
  }
}

/** What may be kept of a server's words about a failed request. */
function failureWords({ secrets = [], keepTexts = true }: ThreadSetup): (text: string, body: Uint8Array) => string {
  const { hidePieces } = secretsFrom(secrets)
  // Indexes the pieces of long keys now, while no request waits.
  hidePieces('')
  if (keepTexts) return hidePieces
  return (text, body) => hidePieces(withoutQuotes(text, Buffer.from(body).toString()))
}

function send(message: FromThread): void {
  port.postMessage(message)
}
