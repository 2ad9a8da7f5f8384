/** Fetches a file of one of the two hubs: with progress, checked against its checksum, never half a file in place. */

import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { clearTimeout, setTimeout } from 'node:timers'
import type { Fetch } from '../config/fetchVia.ts'

export type Source = 'modelscope' | 'huggingface'
export type Kind = 'datasets' | 'models'

export interface HubFile {
  kind: Kind
  /** `owner/name`. */
  id: string
  /** Path within the repository. */
  file: string
}

/** What a file's content must hash to. Git's own hash is that of `blob <size>\0` and the content. */
type Checksum = { algorithm: 'sha256' | 'git-sha1'; hex: string }

interface Remote {
  url: string
  headers: Record<string, string>
  checksum: Checksum | undefined
}

/** Answers without a file in it: `undefined`, for what a repository need not have. */
type Describe = (file: HubFile, get: Fetch) => Promise<Remote | undefined>

/** Waited for a hub to answer at all. */
const ANSWER_TIMEOUT_MS = 15_000

export const SOURCES: Record<Source, Describe> = { huggingface: describeHuggingFace, modelscope: describeModelScope }

/**
 * Source: Hugging Face Hub API, `GET /{id}/resolve/{revision}/{file}`: large files are redirected to storage, and their
 * SHA-256 is in `X-Linked-ETag`; of small ones `ETag` is git's hash.
 */
async function describeHuggingFace({ kind, id, file }: HubFile, get: Fetch): Promise<Remote | undefined> {
  const host = process.env['HF_ENDPOINT'] ?? 'https://huggingface.co'
  const url = `${host}/${kind === 'datasets' ? 'datasets/' : ''}${id}/resolve/main/${escaped(file)}`
  const token = process.env['HF_TOKEN']
  const headers: Record<string, string> =
    token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
  const answer = await ask(get, url, { method: 'HEAD', redirect: 'manual', headers })
  if (answer.status === 404) return undefined
  if (answer.status >= 400) throw new Error(`${url} answered ${answer.status}`)
  const tag = (answer.headers.get('x-linked-etag') ?? answer.headers.get('etag') ?? '').replace(/^W\/|"/g, '')
  return { url, headers, checksum: checksumOf(tag) }
}

/**
 * Source: ModelScope hub API, `GET /api/v1/{kind}/{id}/repo?FilePath=…` for the file, and the listing of its folder,
 * `repo/tree` of datasets and `repo/files` of models, for its SHA-256.
 */
async function describeModelScope({ kind, id, file }: HubFile, get: Fetch): Promise<Remote | undefined> {
  const domain = process.env['MODELSCOPE_DOMAIN'] ?? 'www.modelscope.cn'
  const repository = `${/^https?:/.test(domain) ? domain : `https://${domain}`}/api/v1/${kind}/${id}/repo`
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
  const query = new URLSearchParams({ Revision: 'master', Root: folder, PageNumber: '1', PageSize: '1000' })
  const listing = `${repository}/${kind === 'datasets' ? 'tree' : 'files'}?${query}`
  const answer = await ask(get, listing, {})
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error(`${listing} answered ${answer.status}`)
  const body = (await answer.json()) as { Data?: { Files?: { Path?: unknown; Sha256?: unknown }[] } | null }
  const found = body.Data?.Files?.find(({ Path: path }) => path === file)
  if (found === undefined) return undefined
  const url = `${repository}?${new URLSearchParams({ Source: 'SDK', Revision: 'master', FilePath: file })}`
  return { url, headers: {}, checksum: checksumOf(String(found.Sha256 ?? '')) }
}

function checksumOf(tag: string): Checksum | undefined {
  if (/^[0-9a-f]{64}$/i.test(tag)) return { algorithm: 'sha256', hex: tag.toLowerCase() }
  if (/^[0-9a-f]{40}$/i.test(tag)) return { algorithm: 'git-sha1', hex: tag.toLowerCase() }
  return undefined
}

function ask(get: Fetch, url: string, init: RequestInit): Promise<Response> {
  return get(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
}

function escaped(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}

/** Told when so much more of the file is here: a sentence per tenth, for a file worth waiting for. */
const STEP_SHARE = 0.1
const WORTH_TELLING_BYTES = 10_000_000
/** Without a byte for so long, a download is given up. */
const STALL_MS = 60_000

/**
 * @param notice told in a sentence what is fetched, and how far it is
 * @throws Error when the file cannot be fetched, is cut short or does not match its checksum; nothing is left then
 */
export async function download(
  remote: Remote,
  path: string,
  notice: (text: string) => void,
  get: Fetch,
): Promise<void> {
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
      const answer = await get(remote.url, { headers: remote.headers, signal: stalled.signal })
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
