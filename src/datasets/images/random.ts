/** Random images: rectangles of random colours, as PNG. */
import type { ResolvedConfig } from '../../config/index.ts'
import type { Random } from '../../random/index.ts'

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
