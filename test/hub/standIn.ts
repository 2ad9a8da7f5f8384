/** A hub on loopback: both APIs, over files held in memory, and a count of what was fetched. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'

export interface StandIn {
  url: string
  /** Method and URL of every request. */
  requests: string[]
  /** The cache folder of this test. */
  cache: string
}

interface Behaviour {
  /** What is told as the checksum of every file, instead of its own. */
  checksum?: string
  /** Bytes after which the answer breaks off. */
  breakAfter?: number
  /** It speaks TLS. */
  tls?: { cert: string; key: string }
}

/** Starts a hub with files by `kind/owner/name/path`; environment variables lead to it until the test ends. */
export async function standInHub(files: Record<string, string>, behaviour: Behaviour = {}): Promise<StandIn> {
  const requests: string[] = []
  const sha256 = (text: string): string => behaviour.checksum ?? createHash('sha256').update(text).digest('hex')
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const url = new URL(request.url!, 'http://hub')
    const send = (content: string | undefined, headers: Record<string, string> = {}): void => {
      if (content === undefined) return void response.writeHead(404).end()
      const bytes = Buffer.from(content)
      response.writeHead(200, { 'content-length': bytes.length, ...headers })
      if (request.method === 'HEAD') return void response.end()
      if (behaviour.breakAfter === undefined) return void response.end(bytes)
      response.write(bytes.subarray(0, behaviour.breakAfter), () => response.destroy())
    }
    const huggingFace = /^\/(datasets\/)?([\w.-]+\/[\w.-]+)\/resolve\/main\/(.*)$/.exec(url.pathname)
    if (huggingFace !== null) {
      const [, datasets, id, file] = huggingFace
      const content = files[`${datasets === undefined ? 'models' : 'datasets'}/${id}/${decodeURIComponent(file!)}`]
      send(content, content === undefined ? {} : { 'x-linked-etag': `"${sha256(content)}"` })
      return
    }
    const [, kind, id, what] =
      /^\/api\/v1\/(datasets|models)\/([\w.-]+\/[\w.-]+)\/repo(\/tree|\/files)?$/.exec(url.pathname) ?? []
    if (what === undefined) return send(files[`${kind}/${id}/${url.searchParams.get('FilePath')}`])
    const list = Object.entries(files)
      .filter(([name]) => name.startsWith(`${kind}/${id}/`))
      .map(([name, content]) => ({ Path: name.slice(`${kind}/${id}/`.length), Sha256: sha256(content) }))
    send(list.length === 0 ? undefined : JSON.stringify({ Code: 200, Data: { Files: list } }))
  }
  const { tls } = behaviour
  const server = tls === undefined ? createServer(listener) : createHttps(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cache = mkdtempSync(join(tmpdir(), 'perfgate-hub-'))
  for (const [name, value] of Object.entries(environment(url, cache))) vi.stubEnv(name, value)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(cache, { recursive: true })
  })
  return { url, requests, cache }
}

/** No cache of this machine but the test's own, and no hub but the stand-in. */
export function environment(url: string, cache: string): Record<string, string> {
  return {
    HF_ENDPOINT: url,
    MODELSCOPE_DOMAIN: url,
    PERFGATE_CACHE: join(cache, 'perfgate'),
    HF_HOME: join(cache, 'huggingface'),
    HF_HUB_CACHE: join(cache, 'huggingface', 'hub'),
    MODELSCOPE_CACHE: join(cache, 'modelscope'),
    HF_HUB_OFFLINE: '',
  }
}
