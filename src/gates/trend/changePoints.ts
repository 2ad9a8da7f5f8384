/** Change points in a series of results: where its distribution changed, told from its noise. */
import { seeded } from '../../random/index.ts'

export interface ChangePoint {
  /** The first value after the change. */
  index: number
  /** The share of shuffled series that split at least as well: how likely noise alone looks like this. */
  pValue: number
}

export interface ChangePointOptions {
  /** Changes with a larger p-value are not reported. Default 0.05. */
  significance?: number
  /** Shuffled series a split is compared with. Default 499. */
  permutations?: number
  /** Values on either side of a change at least, so that one outlier is none. Default 3. */
  minSegment?: number
  seed?: number
}

/**
 * E-divisive with means by bisection: Matteson and James (2014), "A nonparametric approach for multiple change point
 * analysis of multivariate data", as in Daly, Brown, Ingo, O'Leary and Bradford (2020), "The use of change point
 * detection to identify software performance regressions in a continuous integration system".
 *
 * The series is split where the energy distance between its two parts is largest, each part again, as long as a
 * permutation test within the parts finds the split significant. No shape of distribution is assumed.
 *
 * @param series in the order of time
 * @returns in the order of time
 */
export function changePoints(series: readonly number[], options: ChangePointOptions = {}): ChangePoint[] {
  const { significance = 0.05, permutations = 499, minSegment = 3, seed = 1 } = options
  const random = seeded(seed)
  const found: ChangePoint[] = []
  for (;;) {
    const bounds = [0, ...found.map(({ index }) => index).sort((a, b) => a - b), series.length]
    const segments = bounds.slice(1).map((end, i) => series.slice(bounds[i], end))
    const best = bestSplit(segments, minSegment)
    if (best === undefined) break
    let atLeast = 0
    for (let i = 0; i < permutations; i++) {
      const shuffled = segments.map((segment) => shuffle(segment, random))
      if ((bestSplit(shuffled, minSegment)?.statistic ?? 0) >= best.statistic) atLeast++
    }
    const pValue = (1 + atLeast) / (1 + permutations)
    if (pValue > significance) break
    found.push({ index: bounds[best.segment]! + best.at, pValue })
  }
  return found.sort((a, b) => a.index - b.index)
}

interface Split {
  segment: number
  /** Within its segment, the first value after the split. */
  at: number
  statistic: number
}

/** The split with the largest statistic; undefined where nothing can be split, or nothing differs. */
function bestSplit(segments: readonly (readonly number[])[], minSegment: number): Split | undefined {
  let best: Split | undefined
  segments.forEach((segment, i) => {
    const statistics = splitStatistics(segment)
    for (let at = minSegment; at <= segment.length - minSegment; at++) {
      const statistic = statistics[at]!
      if (statistic > (best?.statistic ?? 0)) best = { segment: i, at, statistic }
    }
  })
  return best
}

/**
 * For each split τ of a series of n values into the first m = τ and the rest: mr / (m + r) times the energy distance
 * 2·mean|x − y| − mean|x − x'| − mean|y − y'|, the means over pairs of distinct values. Zero at both ends.
 */
export function splitStatistics(series: readonly number[]): number[] {
  const n = series.length
  let within = 0
  let after = 0
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) after += Math.abs(series[i]! - series[j]!)
  const total = after
  const statistics = [0]
  for (let m = 1; m < n; m++) {
    // One value moves from the second part to the first.
    const moved = series[m - 1]!
    for (let i = 0; i < m - 1; i++) within += Math.abs(series[i]! - moved)
    for (let i = m; i < n; i++) after -= Math.abs(series[i]! - moved)
    const r = n - m
    const across = total - within - after
    const distance = (2 * across) / (m * r) - meanOfPairs(within, m) - meanOfPairs(after, r)
    statistics.push(((m * r) / n) * distance)
  }
  return [...statistics, 0].slice(0, n + 1)
}

function meanOfPairs(sum: number, count: number): number {
  return count < 2 ? 0 : sum / ((count * (count - 1)) / 2)
}

function shuffle(values: readonly number[], random: () => number): number[] {
  const shuffled = [...values]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
  }
  return shuffled
}
