/** Certificates of a small world: a CA nobody knows, what it signed, and files of them for the options. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface Pair {
  cert: string
  key: string
}

export interface Certificates {
  ca: string
  /** For 127.0.0.1 and localhost. */
  server: Pair
  /** The same, over since last year. */
  expired: Pair
  /** For another name. */
  otherName: Pair
  client: Pair
  /** Signed by nobody else. */
  alone: Pair
  /** The key of `client`, encrypted with `passphrase`. */
  encryptedKey: string
  passphrase: string
  /** Writes a text to a file and says where. */
  file(name: string, text: string): string
}

const DAY = 86_400_000
const EC = { keyType: 'ec', algorithm: 'sha256' } as const

export async function makeCertificates(): Promise<Certificates> {
  const authority = await generate(named('A CA nobody knows'), {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const ca = { key: authority.private, cert: authority.cert }
  const signed = async (name: string, days: [number, number], altNames: object[]): Promise<Pair> => {
    const made = await generate(named(name), {
      ...EC,
      ca,
      notBeforeDate: new Date(Date.now() + days[0] * DAY),
      notAfterDate: new Date(Date.now() + days[1] * DAY),
      extensions: [{ name: 'subjectAltName', altNames: altNames as never }],
    })
    return { cert: made.cert, key: made.private }
  }
  const here = [
    { type: 2, value: 'localhost' },
    { type: 2, value: 'endpoint.test' },
    { type: 7, ip: '127.0.0.1' },
  ]
  const [server, expired, otherName, client] = await Promise.all([
    signed('server', [-1, 30], here),
    signed('expired', [-400, -30], here),
    signed('other', [-1, 30], [{ type: 2, value: 'other.test' }]),
    signed('client', [-1, 30], [{ type: 2, value: 'client.test' }]),
  ])
  const lone = await generate(named('localhost'), {
    ...EC,
    extensions: [{ name: 'subjectAltName', altNames: here as never }],
  })
  const { createPrivateKey } = await import('node:crypto')
  const passphrase = 'open-sesame-41'
  const encryptedKey = createPrivateKey(client.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  }) as string
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-'))
  return {
    ca: authority.cert,
    server,
    expired,
    otherName,
    client,
    alone: { cert: lone.cert, key: lone.private },
    encryptedKey,
    passphrase,
    file(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
  }
}

function named(value: string): { name: string; value: string }[] {
  return [{ name: 'commonName', value }]
}
