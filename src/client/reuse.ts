/**
 * Lets undici write to a connection at once that has just been used.
 *
 * By itself undici waits until the event loop has looked at the sockets before it writes to a used connection, lest the
 * server has closed it meanwhile. With 500 streams a look takes milliseconds, between the start of a request and its
 * writing: they would be taken for the server's. The engine waits for that look itself, before the request starts.
 */
import type { Socket } from 'node:net'

/** Servers close a connection that rests for seconds; so shortly after an answer they have no reason to. */
const FRESH_MS = 1000
const NAME = 'kSocketUsed'

/** Where undici keeps that a connection was used; null: this version of undici keeps it nowhere. */
let mark: symbol | null | undefined

/**
 * @param socket of a connection that gave an answer
 * @param restedMs how long ago that was
 */
export function writeAtOnce(socket: Socket, restedMs: number): void {
  // After a longer rest undici is to look. The request starts when it is written, whether it waited or not.
  if (restedMs > FRESH_MS) return
  if (mark === undefined) {
    mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === NAME) ?? null
  }
  if (mark !== null) (socket as unknown as Record<symbol, boolean>)[mark] = false
}
