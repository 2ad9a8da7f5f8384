/** Hubs are reached by the run's own way: its CA beside the public ones, its proxy. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { locate, type Wanted } from '../../src/hub/index.ts'
import { errorOf } from '../datasets/files.ts'
import { type Certificates, makeCertificates } from '../network/certificates.ts'
import { startProxy, type TestProxy } from '../network/endpoints.ts'
import { standInHub } from './standIn.ts'

let certificates: Certificates
let ca: string
let proxy: TestProxy
beforeAll(async () => {
  certificates = await makeCertificates()
  ca = certificates.file('ca.pem', certificates.ca)
  proxy = await startProxy({ password: 'someone:p@ss word' })
})
afterAll(() => proxy.close())

const content = '{"question":"why?"}\n'
const files = { 'datasets/owner/questions/open.jsonl': content }
const wanted = (network: Wanted['network']): Wanted => ({
  kind: 'datasets',
  id: 'owner/questions',
  file: 'open.jsonl',
  source: 'huggingface',
  option: 'datasetPath',
  notice: () => {},
  ...(network === undefined ? {} : { network }),
})

it('a hub with a certificate of a private CA, which alone is not enough reason to trust it', async () => {
  const hub = await standInHub(files, { tls: certificates.server })
  const { message } = await errorOf(() => locate(wanted(undefined)))
  expect(message).toContain('cannot get "open.jsonl"')
  expect(hub.requests).toEqual([])
  expect(readFileSync((await locate(wanted({ ca })))!, 'utf8')).toBe(content)
  expect(hub.requests).toHaveLength(2)
})

it.each(['http', 'https'])('an %s hub behind a proxy with a password', async (scheme) => {
  const hub = await standInHub(files, scheme === 'http' ? {} : { tls: certificates.server })
  const through = `http://someone:p%40ss%20word@127.0.0.1:${proxy.port}`
  const asked = proxy.asked.length
  expect(readFileSync((await locate(wanted({ ca, proxy: through })))!, 'utf8')).toBe(content)
  expect(hub.requests).toHaveLength(2)
  const { host } = new URL(hub.url)
  const path = '/datasets/owner/questions/resolve/main/open.jsonl'
  expect(new Set(proxy.asked.slice(asked))).toEqual(
    new Set(scheme === 'https' ? [`CONNECT ${host}`] : [`HEAD ${hub.url}${path}`, `GET ${hub.url}${path}`]),
  )
})
