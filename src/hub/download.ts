/** Downloads a file into the cache: with progress, checked against its checksum, never half a file in place. */
import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ANSWER_TIMEOUT_MS, type Checksum, type Remote } from './sources.ts'

/** Told when so much more of the file is here: a sentence per tenth, for a file worth waiting for. */
const STEP_SHARE = 0.1
const WORTH_TELLING_BYTES = 10_000_000
/** Without a byte for so long, a download is given up. */
const STALL_MS = 60_000

/**
 * @param notice told in a sentence what is fetched, and how far it is
 * @throws Error when the file cannot be fetched, is cut short or does not match its checksum; nothing is left then
 */
export async function download(remote: Remote, path: string, notice: (text: string) => void): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  await mkdir(dirname(path), { recursive: true })
  try {
    const stalled = new AbortController()
    let timer = setTimeout(
      () => stalled.abort(new Error(`no answer for ${ANSWER_TIMEOUT_MS / 1000} s`)),
      ANSWER_TIMEOUT_MS,
    )
    const waitAgain = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => stalled.abort(new Error(`no data for ${STALL_MS / 1000} s`)), STALL_MS)
    }
    try {
      const answer = await fetch(remote.url, { headers: remote.headers, signal: stalled.signal })
      if (!answer.ok || answer.body === null) throw new Error(`${remote.url} answered ${answer.status}`)
      // Of a compressed answer the length is that of what is sent, not of the file.
      const isPlain = answer.headers.get('content-encoding') === null
      const length = isPlain ? Number(answer.headers.get('content-length') ?? Number.NaN) : Number.NaN
      notice(`downloading ${basename(path)}${sizeText(length)} from ${new URL(remote.url).host} to ${path}`)
      const received = new Received(remote.checksum, length, basename(path), notice, waitAgain)
      await pipeline(
        Readable.fromWeb(answer.body as never),
        (chunks) => received.pass(chunks),
        createWriteStream(partial),
      )
      received.check()
    } finally {
      clearTimeout(timer)
    }
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Counts and hashes the bytes on their way to the file. */
class Received {
  readonly #checksum: Checksum | undefined
  readonly #length: number
  readonly #name: string
  readonly #notice: (text: string) => void
  readonly #waitAgain: () => void
  readonly #hash: Hash | undefined
  #bytes = 0
  #told = 0

  constructor(
    checksum: Checksum | undefined,
    length: number,
    name: string,
    notice: (text: string) => void,
    waitAgain: () => void,
  ) {
    this.#checksum = checksum
    this.#length = length
    this.#name = name
    this.#notice = notice
    this.#waitAgain = waitAgain
    if (checksum?.algorithm === 'sha256') this.#hash = createHash('sha256')
    // Git hashes the size first: without it, the hash cannot be told.
    if (checksum?.algorithm === 'git-sha1' && !Number.isNaN(length))
      this.#hash = createHash('sha1').update(`blob ${length}\0`)
  }

  async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#waitAgain()
      this.#hash?.update(chunk)
      this.#bytes += chunk.length
      this.#tell()
      yield chunk
    }
  }

  check(): void {
    if (!Number.isNaN(this.#length) && this.#bytes !== this.#length)
      throw new Error(`${this.#name} was cut short: ${this.#bytes} of ${this.#length} bytes`)
    const hex = this.#hash?.digest('hex')
    if (hex !== undefined && hex !== this.#checksum?.hex)
      throw new Error(
        `${this.#name} does not match its checksum (${this.#checksum?.algorithm} ${hex}, expected ${this.#checksum?.hex})`,
      )
  }

  #tell(): void {
    const share = this.#bytes / this.#length
    if (!(this.#length >= WORTH_TELLING_BYTES) || share < this.#told + STEP_SHARE) return
    this.#told = Math.floor(share / STEP_SHARE) * STEP_SHARE
    this.#notice(`${this.#name}: ${Math.floor(share * 100)} % of ${(this.#length / 1e6).toFixed(0)} MB`)
  }
}

function sizeText(bytes: number): string {
  return Number.isNaN(bytes) ? '' : ` (${(bytes / 1e6).toFixed(1)} MB)`
}
