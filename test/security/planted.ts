/** Secrets that can be told apart, and the search for them in whatever a run leaves. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Random enough that no part of one occurs by chance; the door it went in by is its name. */
export const PLANTED = {
  key: 'sk-PLANTED7f3Qx9/Zk2+Lw8',
  bearerHeader: 'PLANTEDhdrB41mVt6Rsq0',
  apiKeyHeader: 'PLANTEDxak"Jd83\\kfWq1',
  googleKey: 'AIzaPLANTEDgk55Tnb2Yp',
  cookie: 'PLANTEDck=77Hzr4Mv0Lde',
  awsToken: 'PLANTEDawsIQoJb3Jp9Zx==',
  proxyPassword: 'PLANTEDpp-6w1Xc3Bn',
  ownHeader: 'PLANTEDown.9Fq2Tz7Ua',
  query: 'PLANTEDqry&5Gm1Vx8<Rb>',
  metricsQuery: 'PLANTEDmtr4Ke7Pj2Ns',
  extraField: 'PLANTEDxtr8Wd5Lh3Qy',
  urlPassword: 'PLANTEDurl2Sb6Zc9Fo',
  collector: 'PLANTEDcol1Vr5Xg8Ia',
  gatewayAuth: 'PLANTEDhlc3Nw7Ty0Uo',
  clientSecret: 'PLANTEDcls9Bq4Ki6Re',
} as const

export type Door = keyof typeof PLANTED

/** A piece this long of any secret must not be seen. */
const PIECE = 12

/** What of the secrets is in a text, by their doors. */
export function seenIn(text: string): Door[] {
  const flat = text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
  const readings = [
    text,
    flat,
    text.replaceAll('\\"', '"').replaceAll('\\\\', '\\').replaceAll('\\/', '/'),
    decodedUrl(text),
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  ]
  return (Object.keys(PLANTED) as Door[]).filter((door) => {
    const secret = PLANTED[door]
    const pieces = Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE))
    const base64 = Buffer.from(secret).toString('base64').slice(0, -4)
    return readings.some((reading) => pieces.some((piece) => reading.includes(piece)) || reading.includes(base64))
  })
}

function decodedUrl(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}

/** The files of a folder with the doors whose secrets are in them, byte by byte, and in what is compressed in them. */
export function leaksOf(folder: string): Record<string, Door[]> {
  const found: Record<string, Door[]> = {}
  for (const path of filesOf(folder)) {
    const doors = new Set(seenIn(path))
    const bytes = readFileSync(path)
    for (const text of [bytes.toString('latin1'), bytes.toString('utf16le'), ...unpacked(bytes)])
      for (const door of seenIn(text)) doors.add(door)
    if (doors.size > 0) found[path.slice(folder.length + 1)] = [...doors]
  }
  return found
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesOf(path) : [path]
  })
}

/** The report's texts are gzip in base64. */
function unpacked(bytes: Buffer): string[] {
  return [...bytes.toString('latin1').matchAll(/H4sI[A-Za-z0-9+/]{20,}={0,2}/g)].map(([text]) =>
    gunzipSync(Buffer.from(text, 'base64')).toString(),
  )
}
