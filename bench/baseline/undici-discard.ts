/**
 * The least work a Node client can do: undici `dispatch`, answers thrown away unread. Run as a child process:
 * `node undici-discard.ts '<DiscardOptions as JSON>'`; prints one JSON object (DiscardFigures).
 */
import { Client, type Dispatcher, Pool } from 'undici'

/** How connections are held: one Pool, a Client each, or a Client each that is handed its next request early. */
export type DiscardMode = 'pool' | 'clients' | 'clients-early'

export interface DiscardOptions {
  url: string
  mode: DiscardMode
  connections: number
  /** Requests sent before the measurement, so that the code is compiled. */
  warmup: number
  requests: number
  /** Paced answers: CPU is read from this moment to that one, milliseconds after the last connection started. */
  windowMs?: [from: number, to: number]
}

export interface DiscardFigures {
  client: string
  /** Measured requests per second. */
  rps: number
  /** CPU time of the process, user and system. */
  cpuUsPerRequest: number
  /** CPU microseconds and wall microseconds of the window, where one was asked for. */
  window?: { cpuUs: number; wallUs: number }
  failed: number
}

const BODY = Buffer.from(
  JSON.stringify({
    model: 'target',
    max_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      {
        role: 'user',
        content: 'One prompt of about forty tokens, the same for each client that is compared. '.repeat(2),
      },
    ],
  }),
)

const options = JSON.parse(process.argv[2]!) as DiscardOptions
const { origin, pathname } = new URL(options.url)
const request: Dispatcher.DispatchOptions = {
  path: pathname,
  method: 'POST',
  headers: ['content-type', 'application/json', 'accept', 'text/event-stream'],
  body: BODY,
}
let failed = 0

/** Throws an answer away. */
class Discard implements Dispatcher.DispatchHandler {
  readonly #onEnd: () => void

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  onRequestStart(): void {}
  onResponseStart(): void {}
  onResponseData(): void {}

  onResponseEnd(): void {
    this.#onEnd()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (failed++ === 0) console.error(error.message)
    this.#onEnd()
  }
}

const dispatchers = openDispatchers()
await phase(options.warmup)
const cpuBefore = process.cpuUsage()
const beganAt = process.hrtime.bigint()
const window = options.windowMs === undefined ? undefined : measureWindow(options.windowMs)
await phase(options.requests)
const seconds = Number(process.hrtime.bigint() - beganAt) / 1e9
const figures: DiscardFigures = {
  client: `undici ${options.mode}`,
  rps: options.requests / seconds,
  cpuUsPerRequest: total(process.cpuUsage(cpuBefore)) / options.requests,
  failed,
  ...(window === undefined ? {} : { window: await window }),
}
console.log(JSON.stringify(figures))
await Promise.all([...new Set(dispatchers)].map((dispatcher) => dispatcher.destroy()))

/** One dispatcher per connection; with a pool they are all the same one. */
function openDispatchers(): Dispatcher[] {
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 }
  if (options.mode === 'pool') {
    const pool = new Pool(origin, { ...timeouts, connections: options.connections, pipelining: 1 })
    return Array.from({ length: options.connections }, () => pool)
  }
  const pipelining = options.mode === 'clients-early' ? 2 : 1
  return Array.from({ length: options.connections }, () => new Client(origin, { ...timeouts, pipelining }))
}

/** Sends `count` requests, one at a time on each connection; resolves when the last answer has ended. */
function phase(count: number): Promise<void> {
  let left = count
  let open = 0
  return new Promise((resolve) => {
    const next = (dispatcher: Dispatcher): void => {
      if (left-- > 0) {
        open++
        dispatcher.dispatch(
          request,
          new Discard(() => {
            open--
            next(dispatcher)
          }),
        )
      } else if (open === 0) resolve()
    }
    for (const dispatcher of dispatchers) next(dispatcher)
  })
}

function measureWindow([from, to]: [number, number]): Promise<{ cpuUs: number; wallUs: number }> {
  return new Promise((resolve) => {
    setTimeout(() => {
      const cpu = process.cpuUsage()
      const at = process.hrtime.bigint()
      setTimeout(
        () => resolve({ cpuUs: total(process.cpuUsage(cpu)), wallUs: Number(process.hrtime.bigint() - at) / 1e3 }),
        to - from,
      )
    }, from)
  })
}

function total({ user, system }: NodeJS.CpuUsage): number {
  return user + system
}
