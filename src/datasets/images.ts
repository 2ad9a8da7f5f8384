/** Images as parts of a message: by URL, by path, as base64, as bytes, or made up. */
import { resolve } from 'node:path'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import { pathWithin, readWhole, unreadable } from '../hub/index.ts'
import type { Random } from '../random/index.ts'
import type { Message, Prompt } from './dataset.ts'
import { kindOf } from './row.ts'

const MIME: Record<string, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
}
const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/

/** One user message of a text and images, as OpenAI's content parts. */
export function imagePrompt(text: string, urls: readonly string[]): Prompt {
  const images = urls.map((url) => ({ type: 'image_url', image_url: { url } }))
  const message: Message = { role: 'user', content: [{ type: 'text', text }, ...images] }
  return { messages: [message] }
}

/**
 * The URL under which an image is sent: one on the web as it is, every other as a `data:` URL of its bytes.
 *
 * @param value an `http(s):` or `data:` URL, a path below `folder`, base64, or `{ bytes, path }` as Parquet has it
 * @param where dataset, file, line and field, for messages
 * @throws ConfigError when it is none of these, the file cannot be read, or its bytes are no image
 */
export async function imageUrl(value: unknown, folder: string, where: string): Promise<string> {
  if (value instanceof Uint8Array) return dataUrl(value, where)
  if (typeof value === 'object' && value !== null) {
    const { bytes, path, url } = value as { bytes?: unknown; path?: unknown; url?: unknown }
    return imageUrl(bytes ?? url ?? path, folder, where)
  }
  if (typeof value !== 'string' || value.trim() === '')
    throw new ConfigError(`${where} must be an image by URL, path or base64, got ${kindOf(value)}`, 'datasetPath')
  if (/^(https?|data):/i.test(value)) return value
  if (value.length > 100 && BASE64.test(value)) return dataUrl(Buffer.from(value, 'base64'), where)
  const path = resolve(folder, value)
  try {
    return await dataUrl(readWhole(pathWithin(folder, value)), `${where}: "${path}"`)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${where}: cannot read image "${path}": ${unreadable(error)}`, 'datasetPath')
  }
}

async function dataUrl(bytes: Uint8Array, where: string): Promise<string> {
  const { imageSize } = await import('image-size')
  let type: string | undefined
  try {
    type = imageSize(bytes).type
  } catch {
    // Named below, like a kind that no server takes.
  }
  const mime = type !== undefined && Object.hasOwn(MIME, type) ? MIME[type] : undefined
  if (mime === undefined) throw new ConfigError(`${where} is no image (${Object.keys(MIME).join(', ')})`, 'datasetPath')
  return `data:${mime};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`
}

const CHANNELS = { RGB: 3, RGBA: 4, L: 1 } as const

/**
 * A PNG as a `data:` URL. Not noise: that does not compress, and its size on the wire would be like no picture's.
 */
export async function randomImage(
  { imageWidth: width, imageHeight: height, imageFormat }: ResolvedConfig,
  random: Random,
): Promise<string> {
  const { encode } = await import('fast-png')
  const channels = CHANNELS[imageFormat]
  const data = new Uint8Array(width * height * channels)
  const colour = (): Uint8Array => Uint8Array.from({ length: channels }, () => Math.floor(random() * 256))
  const fill = (left: number, top: number, right: number, bottom: number, pixel: Uint8Array): void => {
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) data.set(pixel, (y * width + x) * channels)
  }
  fill(0, 0, width, height, colour())
  for (let shapes = 1 + Math.floor(random() * 5); shapes > 0; shapes--) {
    const left = Math.floor(random() * width)
    const top = Math.floor(random() * height)
    const right = left + Math.ceil(random() * (width - left))
    const bottom = top + Math.ceil(random() * (height - top))
    fill(left, top, right, bottom, colour())
  }
  return `data:image/png;base64,${Buffer.from(encode({ width, height, data, channels, depth: 8 })).toString('base64')}`
}
