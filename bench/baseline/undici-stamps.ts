/**
 * The least a Node client can do to stamp tokens: undici, an arrival stamp for each piece of body it hands over, and
 * only the target's own stamp read from it. Run as a child process:
 * `node undici-stamps.ts '<StampOptions as JSON>'`; prints one JSON object (StampFigures).
 */
import { Client, type Dispatcher } from 'undici'
import { type Quantiles, quantiles, type StampedStream, stampErrorsMs } from '../measure/index.ts'

export interface StampOptions {
  url: string
  /** Opened at once, one request each. */
  streams: number
  settleSeconds: number
}

export interface StampFigures {
  /** Arrival minus moment of writing, milliseconds, while all streams are open. */
  errorMs: Quantiles
}

const BODY = Buffer.from(
  JSON.stringify({ model: 'target', stream: true, messages: [{ role: 'user', content: 'hello' }] }),
)
/** What stands before the stamp in the target's events. */
const BEFORE_STAMP = '"content":" '
const STAMP_DIGITS = 16

const { url, streams, settleSeconds } = JSON.parse(process.argv[2]!) as StampOptions
const { origin, pathname } = new URL(url)
const clients = Array.from({ length: streams }, () => new Client(origin, { headersTimeout: 0, bodyTimeout: 0 }))
const stamped = await Promise.all(clients.map(stream))
const figures: StampFigures = { errorMs: quantiles(stampErrorsMs(stamped, settleSeconds).open) }
console.log(JSON.stringify(figures))
await Promise.all(clients.map((client) => client.destroy()))

function stream(client: Client): Promise<StampedStream> {
  const writtenUs: number[] = []
  const arrivedUs: number[] = []
  return new Promise((resolve, reject) => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_controller, chunk) {
        const now = Number(process.hrtime.bigint()) / 1000
        for (let at = chunk.indexOf(BEFORE_STAMP); at >= 0; at = chunk.indexOf(BEFORE_STAMP, at)) {
          at += BEFORE_STAMP.length
          writtenUs.push(Number(chunk.toString('latin1', at, at + STAMP_DIGITS)))
          arrivedUs.push(now)
        }
      },
      onResponseEnd: () => resolve({ writtenUs, arrivedUs }),
      onResponseError: (_controller, error) => reject(error),
    }
    const headers = ['content-type', 'application/json', 'accept', 'text/event-stream']
    client.dispatch({ path: pathname, method: 'POST', headers, body: BODY }, handler)
  })
}
