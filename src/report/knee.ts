/** The knee of a curve: the load beyond which more of it costs much latency and brings little throughput. */

/**
 * The point farthest below the straight line from the first to the last, with both axes scaled to 0…1; after Satopää
 * et al. (2011), "Finding a 'Kneedle' in a Haystack", section II.
 *
 * @param points throughput x and latency y of each level, in any order
 * @returns the place of the knee in `points`, or −1 where there are fewer than three or the curve does not bend
 */
export function kneeOf(points: readonly { x: number; y: number }[]): number {
  if (points.length < 3) return -1
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.x - points[b]!.x)
  const xs = order.map((i) => points[i]!.x)
  const ys = order.map((i) => points[i]!.y)
  const span = (values: readonly number[]): [least: number, width: number] => {
    const least = Math.min(...values)
    return [least, Math.max(...values) - least]
  }
  const [x0, width] = span(xs)
  const [y0, height] = span(ys)
  if (!(width > 0) || !(height > 0)) return -1
  const gaps = order.map((_, k) => (xs[k]! - x0) / width - (ys[k]! - y0) / height)
  const largest = Math.max(...gaps)
  return largest < LEAST_BEND ? -1 : order[gaps.indexOf(largest)]!
}

/** Of a straight line nothing stands out; noise of a tenth is no bend. */
const LEAST_BEND = 0.1
