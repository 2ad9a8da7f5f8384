/**
 * Hands over what a socket reads in the moment it is read, past Node's stream buffers.
 *
 * A socket that is a stream takes new memory for each read, keeps the bytes in a queue and tells of them in the next
 * tick: a third of what a token costs. Here all sockets of a thread read into one piece of memory, and undici, which
 * asks with `read()` as it would ask a stream, is given that. What is to outlive the call must be copied.
 */
import type { OnReadOpts, Socket } from 'node:net'

/** As much as Node reads at once. */
const READ_BYTES = 64 * 1024
/** On Windows a read that waits for its bytes holds its memory, so it could not be shared. */
export const directlyReadable = process.platform !== 'win32'
const memory = Buffer.allocUnsafeSlow(READ_BYTES)
/** The same memory, for reading several bytes at once where they stand. */
export const memoryView = new DataView(memory.buffer)

/**
 * Called with the bytes of a read, which are written over by the next read of any socket.
 *
 * @returns what to give to the reader of the socket; undefined: nothing yet
 */
export type OnRead = (bytes: Buffer) => Buffer | undefined

interface DirectSocket extends Socket {
  /** Bytes that were read and not asked for yet. */
  given?: Buffer | undefined
}

/** Options of `net.connect`. Its socket must go through `readDirectly` once it is connected. */
export function directReads(onRead: OnRead): { onread: OnReadOpts } {
  // Of the socket that read, as Node calls it.
  const callback = function (this: DirectSocket, length: number, buffer: Uint8Array): boolean {
    const bytes = onRead(buffer.subarray(0, length) as Buffer)
    if (bytes !== undefined) give(this, bytes)
    return true
  }
  return { onread: { buffer: memory, callback: callback as OnReadOpts['callback'] } }
}

/** Lets the socket's reader have the bytes of direct reads by `read()`. Its end is told as that of any stream. */
export function readDirectly(socket: DirectSocket): void {
  const { read } = socket
  socket.read = (size?: number): Buffer | null => {
    if (size !== undefined) return read.call(socket, size) as Buffer | null
    const bytes = socket.given
    socket.given = undefined
    return bytes ?? null
  }
}

function give(socket: DirectSocket, bytes: Buffer): void {
  socket.given = bytes
  socket.emit('readable')
  // Nobody reads it: no request was sent yet.
  if (socket.given !== undefined) socket.destroy(new Error('the server spoke before it was asked'))
  socket.given = undefined
}
