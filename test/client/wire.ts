/** Connections to a server of the test's own, which writes what it is told, byte for byte. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { findApi } from '../../src/apis/index.ts'
import { Connection } from '../../src/client/index.ts'
import { BatchWriter, C, causeOf, textOf } from '../../src/samples/index.ts'

export interface Answered {
  text: string
  failure: string
  requestId: string
  cause: string | undefined
  status: number
  connected: boolean
}

export class Wire {
  /** The server's side of each connection, in the order in which they were opened. */
  readonly peers: Socket[] = []
  readonly #server = createServer((peer) => {
    peer.setNoDelay(true)
    peer.on('error', () => {})
    peer.on('data', () => {})
    this.peers.push(peer)
  })
  readonly #connections: Connection[] = []

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Opens a connection, and waits for the server's side of it. */
  async connect(stream = true): Promise<WireConnection> {
    const { port } = this.#server.address() as AddressInfo
    const wire = new WireConnection(`http://127.0.0.1:${port}`, stream)
    this.#connections.push(wire.connection)
    const count = this.peers.length
    await wire.connection.preconnect()
    while (this.peers.length === count) await nextTurn()
    return wire
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
    for (const peer of this.peers) peer.destroy()
    this.#server.close()
  }
}

export class WireConnection {
  readonly connection: Connection
  readonly #writer = new BatchWriter(0)
  #idle: (() => void) | undefined
  #index = 0

  constructor(origin: string, stream: boolean) {
    const target = {
      api: findApi('openai'),
      origin,
      path: '/v1/chat/completions',
      headers: ['content-type', 'application/json'],
      stream,
      connectTimeoutMs: 5000,
      readTimeoutMs: 5000,
    }
    this.connection = new Connection(target, this.#writer, {
      dueAt: Number.POSITIVE_INFINITY,
      onDue: () => {},
      onIdle: () => this.#idle!(),
      onConnected: () => {},
      onDescriptorsExhausted: () => {},
    })
  }

  /** Sends a request; resolves with what became of it. */
  send(): Promise<Answered> {
    const bytes = Buffer.from('{"model":"m"}')
    const index = this.#index++
    return new Promise((resolve) => {
      this.#idle = () => resolve(this.#answered())
      this.connection.send({ index, body: 0, bytes, scheduledAt: Number.NaN, flags: 0 })
    })
  }

  #answered(): Answered {
    const batch = this.#writer.take()
    return {
      text: textOf(batch, 0, 'answer'),
      failure: textOf(batch, 0, 'failure'),
      requestId: textOf(batch, 0, 'requestId'),
      cause: causeOf(batch, 0),
      status: batch.numbers[C.status]!,
      connected: !Number.isNaN(batch.numbers[C.connectedAt]!),
    }
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
